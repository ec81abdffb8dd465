package node

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Down ends a cluster and removes everything it left. Where there is none, it does nothing.
func Down(state string, say Say) error {
	if _, err := os.Stat(state); errors.Is(err, os.ErrNotExist) {
		say("no cluster in %s", state)
		return nil
	}
	err := locked(state, func() error {
		p, begun, err := recall(state)
		if err != nil {
			return err
		}
		if !begun {
			say("no cluster in %s", state)
			return nil
		}
		return p.remove(say)
	})
	if err != nil {
		return err
	}
	// The folder goes too when nothing else is in it.
	_ = os.Remove(filepath.Join(state, lockFile))
	_ = os.Remove(state)
	return nil
}

// remove works on whatever part of a cluster is there. Each step stands alone: a failure does not keep the
// others from running, and a second call finds what is left.
func (p plan) remove(say Say) error {
	// The mark of completeness goes first: from here on the folder holds a cluster to be cleaned up.
	failures := []error{ignoreAbsent(os.Remove(filepath.Join(p.State, clusterFile)))}
	known, err := p.remembered()
	failures = append(failures, err)
	// First those that would start pods again, then the pods, then what pods depend on.
	stop(named(known, "kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy")...)
	sockets := p.shimSockets()
	p.deleteTasks()
	stop(named(known, "containerd")...)
	stop(named(known, "kube-apiserver")...)
	stop(named(known, "etcd")...)
	failures = append(failures, removeCgroup(p.cgroup()), removeCgroup(p.systemCgroup()))
	stop(p.marked()...)
	say("processes have ended")
	failures = append(failures, p.removeNetwork(), unmountBelow(p.runtime("")))
	failures = append(failures, p.removeStrayFiles(sockets)...)
	for _, name := range []string{"conf", "pki", "log", runtimeMark, "kubeconfig", recordFile} {
		failures = append(failures, os.RemoveAll(filepath.Join(p.State, name)))
	}
	if err := errors.Join(failures...); err != nil {
		return err // begun.json stays, so that the next call tries again
	}
	say("network, mounts, control groups and files are removed")
	return ignoreAbsent(os.Remove(filepath.Join(p.State, beginFile)))
}

func named(processes []process, parts ...string) []process {
	var found []process
	for _, s := range processes {
		for _, part := range parts {
			if s.Part == part {
				found = append(found, s)
			}
		}
	}
	return found
}

// deleteTasks ends the containers through containerd, which then ends their shims. Without containerd it does
// nothing; the control groups then name the processes.
func (p plan) deleteTasks() {
	if p.containerdAnswers() != nil {
		return
	}
	list, err := p.ctr("tasks", "list", "--quiet")
	if err != nil {
		return
	}
	for _, id := range strings.Fields(list) {
		_, _ = p.ctr("tasks", "delete", "--force", id)
	}
}

// marked lists processes whose environment names our state folder: those that slipped out of the control group.
func (p plan) marked() []process {
	var found []process
	for _, pid := range processNumbers() {
		if !markedProcess(strconv.Itoa(pid), p.State) || pid == os.Getpid() {
			continue
		}
		if ticks, err := startTicks(pid); err == nil {
			found = append(found, process{Part: "marked", PID: pid, Start: ticks})
		}
	}
	return found
}

func processNumbers() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var numbers []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			numbers = append(numbers, pid)
		}
	}
	return numbers
}

func ignoreAbsent(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
