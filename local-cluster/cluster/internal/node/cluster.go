package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"weft.io/local-cluster/cluster/internal/build"
)

// Files in the state folder.
const (
	beginFile   = "begun.json"   // written first: name and number, enough to clean up
	clusterFile = "cluster.json" // written last: the cluster is complete
	lockFile    = "lock"
)

// Cluster is what others may know of a running cluster; it is written to cluster.json.
type Cluster struct {
	Name             string    `json:"name"`
	Kubernetes       string    `json:"kubernetes"`
	Kubeconfig       string    `json:"kubeconfig"`
	Server           string    `json:"server"`
	HostAddress      string    `json:"hostAddress"` // the machine as the cluster sees it; also host.weft.internal
	NodeAddress      string    `json:"nodeAddress"`
	PodCIDR          string    `json:"podCidr"`
	ServiceCIDR      string    `json:"serviceCidr"`
	NetworkNamespace string    `json:"networkNamespace"`
	Containerd       string    `json:"containerdSocket"`
	Processes        []process `json:"pids"`
}

type begun struct {
	Name   string `json:"name"`
	Number int    `json:"number"`
	Bin    string `json:"bin"`
	Images string `json:"images"`
}

func (p plan) describe() (Cluster, error) {
	processes, err := p.remembered()
	return Cluster{
		Name: p.Name, Kubernetes: build.KubernetesVersion, Kubeconfig: p.kubeconfig(), Server: p.server(),
		HostAddress: p.hostAddress(), NodeAddress: p.nodeAddress(), PodCIDR: p.podRange(), ServiceCIDR: p.serviceRange(),
		NetworkNamespace: p.networkPath(), Containerd: p.containerdSocket(), Processes: processes,
	}, err
}

func (p plan) begin() error {
	text, err := json.MarshalIndent(begun{p.Name, p.Number, p.Bin, p.Images}, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(p.State, beginFile), text)
}

// recall reads what "up" began in a state folder; false when it never began.
func recall(state string) (plan, bool, error) {
	text, err := os.ReadFile(filepath.Join(state, beginFile))
	if errors.Is(err, os.ErrNotExist) {
		return plan{}, false, nil
	}
	if err != nil {
		return plan{}, false, err
	}
	var b begun
	if err := json.Unmarshal(text, &b); err != nil {
		return plan{}, false, fmt.Errorf("%s: %w", filepath.Join(state, beginFile), err)
	}
	p, err := newPlan(b.Name, state, b.Bin, b.Images, b.Number)
	return p, err == nil, err
}

// locked runs the action while no other weft-cluster works on the same state folder.
func locked(state string, action func() error) error {
	if os.Geteuid() != 0 {
		return errors.New("network namespaces, control groups and mounts need root; run it as root")
	}
	if err := os.MkdirAll(state, 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(state, lockFile), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another weft-cluster works on %s; wait until it is done", state)
	}
	return action()
}
