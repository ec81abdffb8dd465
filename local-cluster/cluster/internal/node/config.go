package node

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"text/template"

	_ "embed"

	"weft.io/local-cluster/cluster/internal/image"
)

//go:embed coredns.yaml
var corednsTemplate string

func (p plan) containerdConfig(cni string) string {
	return fmt.Sprintf(`version = 2
root = %q
state = %q
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.tracing"]

[grpc]
  address = %q

[plugins."io.containerd.internal.v1.opt"]
  path = %q

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  # Without the right to lower the score runc dies with "can't get final child's PID from pipe: EOF".
  restrict_oom_score_adj = true
  # Pods' network namespaces are mounted below our own folder, where "down" finds them.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = %q
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = %q
    conf_dir = %q
`, p.runtime("containerd-root"), p.runtime("containerd-state"), p.containerdSocket(), p.runtime("containerd-opt"),
		image.PauseRef, p.runtime("runc"), cni, p.config("cni"))
}

func (p plan) cniConfig() (string, error) {
	text, err := json.MarshalIndent(map[string]any{
		"cniVersion": "1.0.0",
		"name":       p.id(),
		"plugins": []map[string]any{
			{
				"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
				"ipam": map[string]any{
					"type": "host-local", "dataDir": p.runtime("cni"),
					"ranges": [][]map[string]string{{{"subnet": p.podRange()}}},
					"routes": []map[string]string{{"dst": "0.0.0.0/0"}},
				},
			},
			{"type": "portmap", "capabilities": map[string]bool{"portMappings": true}},
		},
	}, "", "  ")
	return string(text), err
}

// kubeletConfig is JSON, which every reader of YAML takes.
func (p plan) kubeletConfig() (string, error) {
	text, err := json.MarshalIndent(map[string]any{
		"apiVersion": "kubelet.config.k8s.io/v1beta1",
		"kind":       "KubeletConfiguration",
		"authentication": map[string]any{
			"anonymous": map[string]bool{"enabled": false},
			"webhook":   map[string]bool{"enabled": true},
			"x509":      map[string]string{"clientCAFile": p.pki("ca.crt")},
		},
		"authorization":            map[string]string{"mode": "Webhook"},
		"tlsCertFile":              p.pki("kubelet.crt"),
		"tlsPrivateKeyFile":        p.pki("kubelet.key"),
		"containerRuntimeEndpoint": "unix://" + p.containerdSocket(),
		"cgroupDriver":             "cgroupfs",
		// With a shared root two kubelets end each other's pods as orphans.
		"cgroupRoot":                  "/" + p.cgroup(),
		"failCgroupV1":                false,
		"failSwapOn":                  false,
		"oomScoreAdj":                 0,
		"clusterDNS":                  []string{p.dnsService()},
		"clusterDomain":               "cluster.local",
		"resolvConf":                  p.config("resolv.conf"),
		"podLogsDir":                  p.runtime("pod-logs"),
		"volumePluginDir":             p.runtime("volume-plugins"),
		"readOnlyPort":                0,
		"imageGCHighThresholdPercent": 100,
		"evictionHard": map[string]string{
			"memory.available": "50Mi", "nodefs.available": "1%", "nodefs.inodesFree": "1%", "imagefs.available": "1%",
		},
		"nodeStatusUpdateFrequency": "5s",
		"logging":                   map[string]int{"verbosity": 1},
	}, "", "  ")
	return string(text), err
}

// kubeconfigFor embeds the certificates, so that the file can be copied.
func (p plan) kubeconfigFor(leaf string) (string, error) {
	encode := func(file string) (string, error) {
		raw, err := os.ReadFile(p.pki(file))
		return base64.StdEncoding.EncodeToString(raw), err
	}
	ca, err := encode("ca.crt")
	if err != nil {
		return "", err
	}
	certificate, err := encode(leaf + ".crt")
	if err != nil {
		return "", err
	}
	key, err := encode(leaf + ".key")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: %[1]s
  cluster:
    server: %[2]s
    certificate-authority-data: %[3]s
users:
- name: %[1]s
  user:
    client-certificate-data: %[4]s
    client-key-data: %[5]s
contexts:
- name: %[1]s
  context: {cluster: %[1]s, user: %[1]s}
current-context: %[1]s
`, mark+p.Name, p.server(), ca, certificate, key), nil
}

// dnsManifests are CoreDNS' objects; pods reach the machine itself as host.weft.internal.
func (p plan) dnsManifests() (string, error) {
	parsed, err := template.New("coredns").Parse(corednsTemplate)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, map[string]string{
		"Image": image.CoreDNSRef, "ServiceAddress": p.dnsService(), "HostAddress": p.hostAddress(),
	})
	return out.String(), err
}

// writeConfigs writes all configuration files. cni is the folder of the CNI plugins.
func (p plan) writeConfigs(cni string) error {
	cniConfig, err := p.cniConfig()
	if err != nil {
		return err
	}
	kubelet, err := p.kubeletConfig()
	if err != nil {
		return err
	}
	dns, err := p.dnsManifests()
	if err != nil {
		return err
	}
	files := map[string]string{
		p.config("containerd.toml"):        p.containerdConfig(cni),
		p.config("cni/10-bridge.conflist"): cniConfig,
		p.config("kubelet.json"):           kubelet,
		p.config("coredns.yaml"):           dns,
		// Pods must not inherit the machine's search domains; names outside the cluster do not resolve.
		p.config("resolv.conf"): "nameserver " + p.dnsService() + "\n",
	}
	for file, leaf := range map[string]string{
		p.kubeconfig():                            "admin",
		p.config("kubelet.kubeconfig"):            "kubelet",
		p.config("controller-manager.kubeconfig"): "controller-manager",
		p.config("scheduler.kubeconfig"):          "scheduler",
		p.config("proxy.kubeconfig"):              "proxy",
	} {
		if files[file], err = p.kubeconfigFor(leaf); err != nil {
			return err
		}
	}
	for file, text := range files {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
