package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const highestNumber = 250

// freeNumber is the first number whose veth interface does not exist. Two commands that start at once may get
// the same one; then the second fails when it makes the interface, and says so.
func freeNumber() (int, error) {
	for number := 1; number <= highestNumber; number++ {
		name := plan{Number: number}.hostInterface()
		if _, err := os.Stat(filepath.Join("/sys/class/net", name)); errors.Is(err, os.ErrNotExist) {
			return number, nil
		}
	}
	return 0, fmt.Errorf("all %d addresses are taken; 'weft-cluster leftovers' lists by what", highestNumber)
}

// makeNetwork joins a new network namespace to the machine. It is kept by a mount below the state folder. Pods
// and services are routed, so that the machine reaches them directly; its own packet filter stays as it is.
func (p plan) makeNetwork() error {
	if err := os.WriteFile(p.networkPath(), nil, 0o644); err != nil {
		return err
	}
	if _, err := output("unshare", "--net="+p.networkPath(), "--", "ip", "link", "set", "lo", "up"); err != nil {
		return err
	}
	for _, step := range []string{
		"link add " + p.hostInterface() + " type veth peer name " + p.inner() + " netns " + p.networkPath(),
		"address add " + p.hostAddress() + "/30 dev " + p.hostInterface(),
		"link set " + p.hostInterface() + " up",
	} {
		if _, err := output("ip", strings.Fields(step)...); err != nil {
			return err
		}
	}
	for _, step := range []string{
		"ip address add " + p.nodeAddress() + "/30 dev " + p.inner(),
		"ip link set " + p.inner() + " up",
		"ip route add default via " + p.hostAddress(),
	} {
		if err := p.inside(strings.Fields(step)...); err != nil {
			return err
		}
	}
	for _, destination := range []string{p.podRange(), p.serviceRange()} {
		if _, err := output("ip", "route", "replace", destination, "via", p.nodeAddress()); err != nil {
			return err
		}
	}
	return p.setKernelOptions()
}

// inside runs a command in the cluster's network namespace.
func (p plan) inside(command ...string) error {
	_, err := output("nsenter", append([]string{"--net=" + p.networkPath(), "--"}, command...)...)
	return err
}

func (p plan) setKernelOptions() error {
	for file, value := range map[string]string{
		"/proc/sys/net/ipv4/ip_forward": "1",
		// Traffic between two pods of one bridge must pass the service rules too.
		"/proc/sys/net/bridge/bridge-nf-call-iptables": "1",
		"/proc/sys/net/ipv4/conf/all/route_localnet":   "1",
	} {
		// The files show the namespace of the process that opens them.
		if err := p.inside("sh", "-c", "echo "+value+" > "+file); err != nil {
			if strings.Contains(file, "/bridge/") {
				continue // kernels that have it built in per bridge lack the file
			}
			return err
		}
	}
	return nil
}

// removeNetwork removes the veth pair, and with it the routes, from the inner end: the outer end's name alone
// could by now belong to another cluster. The namespace itself goes with its mount.
func (p plan) removeNetwork() error {
	kept, err := mountsBelow(p.runtime(""))
	if err != nil || !slices.Contains(kept, p.networkPath()) {
		return err
	}
	if err := p.inside("ip", "link", "show", p.inner()); err != nil {
		return nil // "up" was ended before it made the pair
	}
	return p.inside("ip", "link", "delete", p.inner())
}
