package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	recordFile = "processes.json"
	grace      = 5 * time.Second // from SIGTERM to SIGKILL
)

// process is a process we started. The start time tells it from a later one that got the same number.
type process struct {
	Part  string `json:"part"`
	PID   int    `json:"pid"`
	Start uint64 `json:"startTicks"` // clock ticks after boot, as in /proc/PID/stat

	exited chan struct{} // closed when it ended; nil for one read from a file
}

// start runs a program in the cluster's network namespace, detached, its output in the part's log.
// nsenter and not "ip netns exec": that one mounts /sys anew, and the kubelet then finds no control groups.
func (p plan) start(part, program string, arguments ...string) (*process, error) {
	log, err := os.OpenFile(p.log(part), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	command := exec.Command("nsenter", append([]string{"--net=" + p.networkPath(), "--", program}, arguments...)...)
	command.Stdout, command.Stderr = log, log
	command.Env = append(os.Environ(), environment+"="+p.State)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", part, err)
	}
	started := &process{Part: part, PID: command.Process.Pid, exited: make(chan struct{})}
	go func() {
		_ = command.Wait() // how it ended is in its log
		close(started.exited)
	}()
	if started.Start, err = startTicks(started.PID); err != nil {
		return nil, p.failed(part, "it ended at once")
	}
	if err := enter(p.systemCgroup(), started.PID); err != nil {
		return nil, err
	}
	return started, p.remember(started)
}

func (p plan) remember(started *process) error {
	known, err := p.remembered()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(append(known, *started), "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(p.State, recordFile), text)
}

func (p plan) remembered() ([]process, error) {
	text, err := os.ReadFile(filepath.Join(p.State, recordFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var known []process
	return known, json.Unmarshal(text, &known)
}

func (s process) running() bool {
	ticks, err := startTicks(s.PID)
	return err == nil && ticks == s.Start
}

// startTicks reads field 22 of /proc/PID/stat. A zombie has ended: it counts as absent.
func startTicks(pid int) (uint64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, err
	}
	return parseStat(string(text))
}

func parseStat(text string) (uint64, error) {
	// The second field is the program's name in parentheses and may itself hold blanks and parentheses.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 20 {
		return 0, fmt.Errorf("unexpected contents of a stat file: %q", text)
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return 0, errors.New("the process has ended")
	}
	return strconv.ParseUint(fields[19], 10, 64)
}

// stop ends the processes together: a signal to each, then death after the grace period.
func stop(processes ...process) {
	for _, s := range processes {
		if s.running() {
			_ = syscall.Kill(s.PID, syscall.SIGTERM)
		}
	}
	deadline := time.Now().Add(grace)
	for _, s := range processes {
		for s.running() && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond)
		}
		if s.running() {
			_ = syscall.Kill(s.PID, syscall.SIGKILL)
		}
	}
}

// failed makes the message for a part that does not work: what, the end of its log, what to do.
func (p plan) failed(part, what string) error {
	text, err := os.ReadFile(p.log(part))
	if err != nil {
		text = []byte(err.Error())
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	tail := strings.Join(lines[max(0, len(lines)-12):], "\n  ")
	return fmt.Errorf("%s: %s. Its last lines:\n  %s\nThe whole log is %s. After repairing the cause run 'up' again (it cleans up first), or 'down --state %s'",
		part, what, tail, p.log(part), p.State)
}

func replaceFile(file string, text []byte) error {
	if err := os.WriteFile(file+".part", text, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".part", file)
}

// output runs a command to its end; what it printed is part of the error.
func output(name string, arguments ...string) (string, error) {
	text, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(string(text)))
	}
	return string(text), nil
}
