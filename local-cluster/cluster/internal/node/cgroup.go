package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const cgroupRoot = "/sys/fs/cgroup"

// hierarchies are the folders under which a control group must be made: one with cgroup v2, one per
// controller with v1.
func hierarchies() ([]string, error) {
	if unified() {
		return []string{cgroupRoot}, nil
	}
	entries, err := os.ReadDir(cgroupRoot)
	if err != nil {
		return nil, fmt.Errorf("control groups: %w", err)
	}
	var found []string
	for _, e := range entries {
		folder := filepath.Join(cgroupRoot, e.Name())
		// Links (cpu -> cpu,cpuacct) lead to folders that are listed anyway; "unified" has no controllers.
		if e.Type()&fs.ModeSymlink == 0 && e.IsDir() && e.Name() != "unified" {
			found = append(found, folder)
		}
	}
	return found, nil
}

func unified() bool {
	_, err := os.Stat(filepath.Join(cgroupRoot, "cgroup.controllers"))
	return err == nil
}

// makeCgroup makes the group everywhere. A cpuset group without processors takes no process, so v1 copies them.
func makeCgroup(name string) error {
	roots, err := hierarchies()
	if err != nil {
		return err
	}
	for _, root := range roots {
		folder := filepath.Join(root, name)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("control group %s: %w", folder, err)
		}
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			value, err := os.ReadFile(filepath.Join(root, file))
			if err != nil || unified() {
				continue // not the cpuset controller
			}
			if err := os.WriteFile(filepath.Join(folder, file), value, 0o644); err != nil {
				return err
			}
		}
	}
	if unified() {
		if err := delegate(name); err != nil {
			return err
		}
	}
	return raiseWeight(name)
}

// raiseWeight gives the group the weight of eight processes. Otherwise a whole cluster counts as one process
// against the machine's others, and starves beside a compiler with requests timing out.
func raiseWeight(name string) error {
	file, weight := filepath.Join(cgroupRoot, "cpu", name, "cpu.shares"), "8192" // 1024 is one process
	if unified() {
		file, weight = filepath.Join(cgroupRoot, name, "cpu.weight"), "800" // 100 is one process
	}
	if err := os.WriteFile(file, []byte(weight), 0o644); err != nil {
		return fmt.Errorf("weight of the control group: %w", err)
	}
	return nil
}

// delegate lets children of a v2 group have the controllers the kubelet wants.
func delegate(name string) error {
	for _, folder := range []string{cgroupRoot, filepath.Join(cgroupRoot, name)} {
		for _, controller := range []string{"cpu", "cpuset", "memory", "pids", "io", "hugetlb"} {
			err := os.WriteFile(filepath.Join(folder, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
			if err != nil && (controller == "cpu" || controller == "memory" || controller == "pids") {
				return fmt.Errorf("controller %s in %s: %w", controller, folder, err)
			}
		}
	}
	return nil
}

// enter puts a process into a group; its children will be there too.
func enter(name string, pid int) error {
	roots, err := hierarchies()
	if err != nil {
		return err
	}
	for _, root := range roots {
		err := os.WriteFile(filepath.Join(root, name, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644)
		if err != nil && !errors.Is(err, syscall.ESRCH) { // it may have ended already; its log says why
			return fmt.Errorf("control group %s: %w", name, err)
		}
	}
	return nil
}

// membersOf lists the processes in a group and in all groups below it.
func membersOf(name string) []int {
	seen := map[int]bool{}
	var pids []int
	eachGroup(name, func(folder string) {
		text, err := os.ReadFile(filepath.Join(folder, "cgroup.procs"))
		if err != nil {
			return // the group went away meanwhile
		}
		for _, field := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil && pid > 0 && !seen[pid] {
				seen[pid] = true
				pids = append(pids, pid)
			}
		}
	})
	return pids
}

// eachGroup visits the group and those below, in every hierarchy, deepest first.
func eachGroup(name string, visit func(folder string)) {
	roots, err := hierarchies()
	if err != nil {
		return
	}
	// Beside v1 controllers systemd mounts a v2 hierarchy for its own use, and runc makes groups there too.
	for _, root := range append(roots, filepath.Join(cgroupRoot, "unified")) {
		var folders []string
		_ = filepath.WalkDir(filepath.Join(root, name), func(folder string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				folders = append(folders, folder)
			}
			return nil // groups come and go while we look
		})
		for i := len(folders) - 1; i >= 0; i-- {
			visit(folders[i])
		}
	}
}

// removeCgroup ends every process in the group and removes it.
func removeCgroup(name string) error {
	deadline := time.Now().Add(grace)
	for {
		for _, pid := range membersOf(name) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		var remaining error
		eachGroup(name, func(folder string) {
			if err := syscall.Rmdir(folder); err != nil && !errors.Is(err, syscall.ENOENT) {
				remaining = fmt.Errorf("control group %s: %w", folder, err)
			}
		})
		if remaining == nil || time.Now().After(deadline) {
			return remaining
		}
		time.Sleep(50 * time.Millisecond)
	}
}
