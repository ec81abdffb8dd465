package node

import (
	"os"
	"path/filepath"
	"strings"
)

// Marks: by these a leftover is known as ours, and nothing else is ever touched.
const (
	mark          = "weft-"                                        // control groups, node and CNI network names
	systemSuffix  = ".system"                                      // control group of the processes that are not in pods
	interfaceMark = "weftc"                                        // host end of the veth pair
	runtimeMark   = "weft-runtime"                                 // folder under which all mounts and sockets lie
	environment   = "WEFT_CLUSTER_STATE"                           // in every process that is not in a pod: the state folder
	shimSockets   = "/run/containerd/s/"                           // containerd puts the shims' sockets here whatever its own folders are
	cniResults    = "/var/lib/cni/results/"                        // the same for results of CNI plugins
	podLogLinks   = "/var/log/containers/"                         // and for the kubelet's links to logs
	deviceSocket  = "/var/lib/kubelet/device-plugins/kubelet.sock" // every kubelet listens here, whatever its root
)

// markedProcess says whether a process was started for the given state folder; any folder when state is empty.
func markedProcess(pid, state string) bool {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "environ"))
	if err != nil {
		return false // it ended, or is a kernel thread
	}
	for _, variable := range strings.Split(string(text), "\x00") {
		value, ours := strings.CutPrefix(variable, environment+"=")
		if ours && (state == "" || value == state) {
			return true
		}
	}
	return false
}
