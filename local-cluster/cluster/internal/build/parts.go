// Package build compiles everything a local cluster runs, from Go modules and one Python wheel, into a folder.
package build

// A part is one Go module and the programs compiled from it.
type part struct {
	name     string
	module   string   // folder below the source folder
	packages []string // what to compile
	stamps   []string // -X values for the linker
	output   string   // file, or folder when it ends with a slash
	links    []string // other names of the program
	istio    bool     // also take charts and the bootstrap template from the module istio.io/istio
	cold     string   // how long the first compilation takes on two cores
}

// KubernetesVersion is the version the multi-call program is compiled from.
const KubernetesVersion = "v1.33.13"

var parts = []part{
	{
		name: "kube", module: "kube", packages: []string{"."}, output: "kube", cold: "5 min",
		links: []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"},
		stamps: []string{
			"k8s.io/component-base/version.gitVersion=" + KubernetesVersion,
			"k8s.io/component-base/version.gitMajor=1",
			"k8s.io/component-base/version.gitMinor=33",
			"k8s.io/component-base/version.gitTreeState=clean",
		},
	},
	{name: "coredns", module: "coredns", packages: []string{"."}, output: "coredns", cold: "1 min"},
	istio("1.26.0"),
	istio("1.27.0"),
	{
		name: "helm", module: "helm", packages: []string{"helm.sh/helm/v3/cmd/helm"}, output: "helm", cold: "2 min",
		stamps: []string{"helm.sh/helm/v3/internal/version.version=v3.18.6", "helm.sh/helm/v3/internal/version.gitTreeState=clean"},
	},
	{name: "pause", module: "pause", packages: []string{"."}, output: "pause", cold: "5 s"},
	{name: "sample", module: "../e2e/sample", packages: []string{"."}, output: "sample", cold: "20 s"},
}

func istio(version string) part {
	prefix := "istio.io/istio/pkg/version."
	return part{
		name: "istio-" + version, module: "istio-" + version, output: "istio-" + version + "/", istio: true, cold: "3 min 30 s",
		packages: []string{"istio.io/istio/pilot/cmd/pilot-agent", "istio.io/istio/pilot/cmd/pilot-discovery"},
		stamps: []string{
			prefix + "buildVersion=" + version, prefix + "buildTag=" + version,
			prefix + "buildStatus=Clean", prefix + "buildHub=docker.io/istio",
		},
	}
}
