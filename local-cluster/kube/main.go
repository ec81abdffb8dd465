// Command kube is every part of a one-node Kubernetes control plane and node in one binary. The name it
// is called by decides which part it is: links named kube-apiserver, etcd, kubectl and so on point to it.
// One binary instead of seven saves about 500 MB of disk and most of the link time.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
)

// The constructors set up signal handling themselves; a second set-up in one process panics, so only the
// part that was asked for is constructed.
var parts = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllermanager.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":                 kubelet.NewKubeletCommand,
	"kube-proxy":              proxy.NewProxyCommand,
	"kubectl":                 kubectl.NewDefaultKubectlCommand,
}

func main() {
	name := filepath.Base(os.Args[0])
	if name == "etcd" {
		etcdmain.Main(os.Args)
		return
	}
	construct, known := parts[name]
	if !known {
		fmt.Fprintf(os.Stderr, "kube: %q is no part of Kubernetes; call it by a link named after the part\n", name)
		os.Exit(2)
	}
	command := construct()
	if name == "kubectl" {
		if err := cli.RunNoErrOutput(command); err != nil {
			// kubectl prints its own errors and ends the process itself; what arrives here is a usage error.
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(cli.Run(command))
}
