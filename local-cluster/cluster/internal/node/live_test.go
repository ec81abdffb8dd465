package node

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// These tests start a real cluster, which takes root and about a minute:
//
//	WEFT_LIVE_BIN=... WEFT_LIVE_IMAGES=... go test -run Live ./internal/node
func TestLiveAClusterThatLostPartsIsReplacedAndNothingIsLeft(t *testing.T) {
	bin, images := os.Getenv("WEFT_LIVE_BIN"), os.Getenv("WEFT_LIVE_IMAGES")
	if bin == "" || images == "" {
		t.Skip("WEFT_LIVE_BIN and WEFT_LIVE_IMAGES do not name the folders that 'build' and 'images' wrote")
	}
	state, err := os.MkdirTemp("", "weft-live-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := Down(state, t.Logf); err != nil {
			t.Error(err)
		}
	})
	first := up(t, state, bin, images)
	if again := up(t, state, bin, images); again.Processes[0] != first.Processes[0] {
		t.Fatal("a second start replaced a healthy cluster")
	}
	for _, s := range named(first.Processes, "containerd", "kubelet") {
		if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	if replaced := up(t, state, bin, images); replaced.Processes[0].PID == first.Processes[0].PID {
		t.Fatal("a cluster without containerd was called running")
	}
	p, _, err := recall(state)
	if err != nil {
		t.Fatal(err)
	}
	if kinds := kindsOf(left(t, p)); len(kinds) < 6 {
		t.Fatalf("a running cluster shows only %v: what is looked for below would not be found", kinds)
	}
	if err := Down(state, t.Logf); err != nil {
		t.Fatal(err)
	}
	if after := left(t, p); len(after) > 0 {
		t.Fatalf("left behind:\n%s", strings.Join(after, "\n"))
	}
	if _, err := os.Stat(state); err == nil {
		t.Fatalf("%s is still there", state)
	}
}

func up(t *testing.T, state, bin, images string) Cluster {
	t.Helper()
	running, err := Up("live", state, bin, images, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	running.Processes = slices.Clone(running.Processes)
	for i := range running.Processes {
		running.Processes[i].exited = nil
	}
	return running
}

// left lists what there is of this cluster; others may come and go meanwhile.
func left(t *testing.T, p plan) []string {
	t.Helper()
	found, err := Leftovers()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(found, func(line string) bool {
		pid := 0
		if _, err := fmt.Sscanf(line, "process %d ", &pid); err == nil {
			return !markedProcess(fmt.Sprint(pid), p.State) && !strings.Contains(line, p.State)
		}
		return !strings.Contains(line, p.State+"/") && !strings.Contains(line, p.id()) &&
			!strings.HasSuffix(line, "/"+p.hostInterface())
	})
}

// kindsOf gives the first word of each line, once.
func kindsOf(lines []string) []string {
	var kinds []string
	for _, line := range lines {
		kinds = append(kinds, strings.Fields(line)[0])
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}
