package node

import (
	"bufio"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"testing"
)

func TestTheStartTimeIsReadBehindANameWithBlanksAndParentheses(t *testing.T) {
	text := "42 (a (b) c) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 200"
	if ticks, err := parseStat(text); err != nil || ticks != 98765 {
		t.Fatalf("%d, %v", ticks, err)
	}
}

func TestAZombieCountsAsEnded(t *testing.T) {
	if _, err := parseStat("42 (kubelet) Z 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 0 0"); err == nil {
		t.Fatal("a zombie was taken for a running process")
	}
}

func TestAnotherProcessWithTheSameNumberIsNotOurs(t *testing.T) {
	command := exec.Command("sleep", "60")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}()
	ticks, err := startTicks(command.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	stop(process{PID: command.Process.Pid, Start: ticks + 1})
	if _, err := startTicks(command.Process.Pid); err != nil {
		t.Fatal("a process was ended that only has the number of ours")
	}
	ours := process{PID: command.Process.Pid, Start: ticks}
	stop(ours)
	if ours.running() {
		t.Fatal("our own process still runs")
	}
}

func TestAProcessIsKnownByTheStateFolderInItsEnvironment(t *testing.T) {
	// Start returns in the middle of exec, when the environment is not yet readable; a line that came back means exec has ended.
	command := exec.Command("cat")
	command.Env = []string{environment + "=/tmp/a"}
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}()
	if _, err := io.WriteString(in, "started\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	pid := strconv.Itoa(command.Process.Pid)
	if !markedProcess(pid, "/tmp/a") || !markedProcess(pid, "") || markedProcess(pid, "/tmp/ab") || markedProcess("1", "/tmp/a") {
		t.Fatal("the mark was not read as it was written")
	}
}

func TestMountsAreListedDeepestFirst(t *testing.T) {
	text := "36 35 0:1 / /s/weft-runtime/a rw - tmpfs t rw\n" +
		"37 35 0:1 / /s/weft-runtime/a/b\\040c rw - tmpfs t rw\n" +
		"38 35 0:1 / /other rw - tmpfs t rw\n"
	got := parseMounts(text, markedMount)
	if want := []string{"/s/weft-runtime/a/b c", "/s/weft-runtime/a"}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestOnlyControlGroupsWithTheMarkAreOurs(t *testing.T) {
	for text, want := range map[string]bool{
		"4:memory:/weft-dev-1a2b3c/kubepods/x\n":    true,
		"0::/weft-dev-1a2b3c.system\n":              true,
		"4:memory:/kubepods/weft-dev\n3:cpu:/\n":    false,
		"1:name=systemd:/user.slice/weftless.scope": false,
	} {
		if got := markedCgroup(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
