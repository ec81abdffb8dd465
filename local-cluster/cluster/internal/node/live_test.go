package node

import (
	"os"
	"path/filepath"
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
	before := ofOthers(t)
	state := filepath.Join(os.TempDir(), "weft-live-test")
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
	if err := Down(state, t.Logf); err != nil {
		t.Fatal(err)
	}
	if after := ofOthers(t); !slices.Equal(before, after) {
		t.Fatalf("left behind:\n%s\nbefore:\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
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

// ofOthers lists leftovers without the processes, which come and go in clusters of others.
func ofOthers(t *testing.T) []string {
	t.Helper()
	found, err := Leftovers()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(found, func(line string) bool {
		return strings.HasPrefix(line, "process ") && !strings.Contains(line, "weft-live-test")
	})
}
