package node

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// Leftovers lists what carries our marks on this machine, of any cluster. After every "down" it is empty.
func Leftovers() ([]string, error) {
	var found []string
	for _, pid := range processNumbers() {
		if kind := processMark(pid); kind != "" {
			found = append(found, fmt.Sprintf("process %d %s (%s)", pid, commandLine(pid), kind))
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	for _, place := range parseMounts(string(mounts), markedMount) {
		found = append(found, "mount "+place)
	}
	for kind, pattern := range map[string]string{
		"interface":        "/sys/class/net/" + interfaceMark + "*",
		"control group":    cgroupRoot + "/" + mark + "*",
		"control group v1": cgroupRoot + "/*/" + mark + "*",
	} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			found = append(found, kind+" "+file)
		}
	}
	found = append(found, markedResults()...)
	found = append(found, markedLogLinks()...)
	found = append(found, markedRules()...)
	sort.Strings(found)
	return found, nil
}

var markedPath = regexp.MustCompile(`/[^"\s]*/` + runtimeMark + `/[^"\s]*`)

func markedMount(place string) bool { return strings.Contains(place+"/", "/"+runtimeMark+"/") }

// processMark says by what a process is ours: its environment, or the control group it is in.
func processMark(pid int) string {
	if pid == os.Getpid() {
		return ""
	}
	name := fmt.Sprint(pid)
	if markedProcess(name, "") {
		return "environment"
	}
	text, err := os.ReadFile(filepath.Join("/proc", name, "cgroup"))
	if err == nil && markedCgroup(string(text)) {
		return "control group"
	}
	return ""
}

// markedCgroup reads lines such as "4:memory:/weft-dev/kubepods/...".
func markedCgroup(text string) bool {
	for _, line := range strings.Split(text, "\n") {
		if fields := strings.SplitN(line, ":", 3); len(fields) == 3 && strings.HasPrefix(fields[2], "/"+mark) {
			return true
		}
	}
	return false
}

func commandLine(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return "?"
	}
	line := strings.TrimSpace(strings.ReplaceAll(string(text), "\x00", " "))
	return line[:min(len(line), 100)]
}

func markedResults() []string {
	files, err := filepath.Glob(cniResults + "*")
	if err != nil {
		return nil
	}
	var found []string
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			if place := markedPath.FindString(string(text)); place != "" {
				found = append(found, "CNI result "+file+" of "+place)
			}
		}
	}
	return found
}

func markedLogLinks() []string {
	links, err := filepath.Glob(podLogLinks + "*.log")
	if err != nil {
		return nil
	}
	var found []string
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && markedMount(target) {
			found = append(found, "log link "+link+" to "+target)
		}
	}
	return found
}

// markedRules looks at the machine's own packet filter, where we never write. A rule here is an error of ours.
func markedRules() []string {
	text, err := exec.Command("iptables-save").Output()
	if err != nil {
		return nil // no iptables, then no rules of ours
	}
	var found []string
	for _, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, interfaceMark) || strings.Contains(line, mark) {
			found = append(found, "iptables rule "+line)
		}
	}
	return found
}
