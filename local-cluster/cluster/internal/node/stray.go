package node

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Folders that containerd, CNI and the kubelet make in places that cannot be configured, inner ones first.
// They are removed when they are empty; another cluster may use them.
var sharedFolders = []string{
	"/run/containerd/s", "/run/containerd", "/var/lib/cni/results", "/var/lib/cni",
	"/var/log/containers", "/var/lib/kubelet/device-plugins", "/var/lib/kubelet",
}

// shimSockets reads from each container's bundle where its shim listens; the sockets lie outside our folder.
func (p plan) shimSockets() []string {
	files, err := filepath.Glob(p.runtime("containerd-state") + "/io.containerd.runtime.v2.task/*/*/address")
	if err != nil {
		return nil
	}
	var sockets []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		socket := strings.TrimPrefix(strings.TrimSpace(string(text)), "unix://")
		if strings.HasPrefix(socket, shimSockets) {
			sockets = append(sockets, socket)
		}
	}
	return sockets
}

// removeStrayFiles removes what is ours in the shared folders.
func (p plan) removeStrayFiles(sockets []string) []error {
	stray := sockets
	// A result names the pod's network namespace, which is mounted below our own folder. That tells ours from
	// those of other clusters; the file's name does not, for the loopback network.
	results, err := filepath.Glob(cniResults + "*")
	failures := []error{err}
	for _, file := range results {
		if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte(p.runtime("")+"/")) {
			stray = append(stray, file)
		}
	}
	links, err := filepath.Glob(podLogLinks + "*.log")
	failures = append(failures, err)
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, p.runtime("")+"/") {
			stray = append(stray, link)
		}
	}
	if abandoned(deviceSocket) {
		stray = append(stray, deviceSocket)
	}
	for _, file := range stray {
		failures = append(failures, ignoreAbsent(os.Remove(file)))
	}
	for _, folder := range sharedFolders {
		_ = os.Remove(folder) // fails when it is not empty, and shall
	}
	return failures
}

// abandoned says that nothing listens on a socket any more.
func abandoned(socket string) bool {
	if _, err := os.Stat(socket); err != nil {
		return false
	}
	connection, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return true
	}
	connection.Close()
	return false
}
