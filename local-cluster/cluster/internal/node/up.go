package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"weft.io/local-cluster/cluster/internal/image"
)

// Say reports progress.
type Say func(format string, values ...any)

// Up starts a cluster, unless it runs already. What an earlier attempt left is removed first.
func Up(name, state, bin, images string, say Say) (Cluster, error) {
	var running Cluster
	err := locked(state, func() error {
		old, begun, err := recall(state)
		if err != nil {
			return err
		}
		if begun {
			if old.healthy() == nil && old.Name == name {
				say("cluster %s is already running", name)
				running, err = old.describe()
				return err
			}
			if old.Name != name {
				return fmt.Errorf("%s holds the cluster %s; end it with 'down' or take another folder", state, old.Name)
			}
			say("the last start of %s did not complete, or parts of it died: cleaning up", name)
			if err := old.remove(say); err != nil {
				return err
			}
		}
		number, err := freeNumber()
		if err != nil {
			return err
		}
		p, err := newPlan(name, state, bin, images, number)
		if err != nil {
			return err
		}
		running, err = p.up(say)
		return err
	})
	return running, err
}

func (p plan) up(say Say) (Cluster, error) {
	cni, err := p.requirements()
	if err != nil {
		return Cluster{}, err
	}
	if err := p.prepare(cni); err != nil {
		return Cluster{}, err
	}
	say("network %s to %s, address of this machine inside: %s", p.hostInterface(), p.nodeAddress(), p.hostAddress())
	if err := p.startAll(say); err != nil {
		return Cluster{}, err
	}
	about, err := p.describe()
	if err != nil {
		return Cluster{}, err
	}
	text, err := json.MarshalIndent(about, "", "  ")
	if err != nil {
		return Cluster{}, err
	}
	if err := replaceFile(filepath.Join(p.State, clusterFile), append(text, '\n')); err != nil {
		return Cluster{}, err
	}
	say("cluster %s is ready: export KUBECONFIG=%s", p.Name, p.kubeconfig())
	return about, nil
}

// requirements returns the folder of the CNI plugins.
func (p plan) requirements() (cni string, err error) {
	for program, pkg := range map[string]string{
		"containerd": "containerd", "ctr": "containerd", "runc": "runc", "ip": "iproute2", "iptables": "iptables",
		"nsenter": "util-linux", "unshare": "util-linux", "mount": "mount", "conntrack": "conntrack",
	} {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("the program %s is missing; install the package %s", program, pkg)
		}
	}
	for _, file := range []string{"etcd", "kube-apiserver", "kubelet", "kubectl"} {
		if _, err := os.Stat(p.program(file)); err != nil {
			return "", fmt.Errorf("%w; run 'weft-cluster build --out %s'", err, p.Bin)
		}
	}
	if _, err := image.Read(p.Images); err != nil {
		return "", err
	}
	for _, folder := range []string{"/usr/lib/cni", "/opt/cni/bin"} {
		if _, err := os.Stat(filepath.Join(folder, "bridge")); err == nil {
			return folder, nil
		}
	}
	return "", errors.New("no CNI plugins; install the package containernetworking-plugins")
}

func (p plan) prepare(cni string) error {
	if err := p.begin(); err != nil {
		return err
	}
	for _, folder := range []string{p.config("cni"), p.pki(""), p.logs(), p.runtime("kubelet"), p.runtime("pod-logs")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	if err := p.makeNetwork(); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	for _, group := range []string{p.cgroup(), p.systemCgroup()} {
		if err := makeCgroup(group); err != nil {
			return err
		}
	}
	if err := p.writePKI(); err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	return p.writeConfigs(cni)
}

func (p plan) startAll(say Say) error {
	if _, err := p.start("etcd", p.program("etcd"), p.etcdArguments()...); err != nil {
		return err
	}
	apiserver, err := p.start("kube-apiserver", p.program("kube-apiserver"), p.apiserverArguments()...)
	if err != nil {
		return err
	}
	containerd, err := p.start("containerd", "containerd", "--config", p.config("containerd.toml"))
	if err != nil {
		return err
	}
	if err := p.await("socket", 20*time.Second, containerd, p.containerdAnswers); err != nil {
		return err
	}
	if err := p.importImages(say); err != nil {
		return err
	}
	server, err := p.newAPI()
	if err != nil {
		return err
	}
	if err := p.await("readiness", 90*time.Second, apiserver, server.ready); err != nil {
		return err
	}
	say("API server is ready at %s", p.server())
	return p.startNode(server, say)
}

func (p plan) startNode(server api, say Say) error {
	manager, err := p.start("kube-controller-manager", p.program("kube-controller-manager"), p.controllerManagerArguments()...)
	if err != nil {
		return err
	}
	if _, err := p.start("kube-scheduler", p.program("kube-scheduler"), p.schedulerArguments()...); err != nil {
		return err
	}
	kubelet, err := p.start("kubelet", p.program("kubelet"), p.kubeletArguments()...)
	if err != nil {
		return err
	}
	if _, err := p.start("kube-proxy", p.program("kube-proxy"), p.proxyArguments()...); err != nil {
		return err
	}
	if err := p.await("service accounts", time.Minute, manager, server.defaultAccount); err != nil {
		return err
	}
	if _, err := output(p.program("kubectl"), "--kubeconfig="+p.kubeconfig(), "apply", "--filename="+p.config("coredns.yaml")); err != nil {
		return err
	}
	if err := p.await("ready node", 90*time.Second, kubelet, func() error { return server.nodeReady(p.nodeName()) }); err != nil {
		return err
	}
	say("node %s is ready", p.nodeName())
	if err := p.await("ready CoreDNS", 90*time.Second, kubelet, server.dnsReady); err != nil {
		return err
	}
	say("CoreDNS is ready at %s", p.dnsService())
	return nil
}

func (p plan) containerdAnswers() error {
	connection, err := net.DialTimeout("unix", p.containerdSocket(), time.Second)
	if err != nil {
		return err
	}
	return connection.Close()
}

func (p plan) importImages(say Say) error {
	built, err := image.Read(p.Images)
	if err != nil {
		return err
	}
	for _, b := range built {
		if err := p.load(filepath.Join(p.Images, b.File)); err != nil {
			return err
		}
	}
	say("%d images imported", len(built))
	return nil
}

func (p plan) ctr(arguments ...string) (string, error) {
	return output("ctr", append([]string{"--address", p.containerdSocket(), "--namespace", "k8s.io"}, arguments...)...)
}

func (p plan) load(file string) error {
	if _, err := p.ctr("images", "import", file); err != nil {
		return fmt.Errorf("image archive %s: %w", file, err)
	}
	return nil
}

// Load imports image archives into a running cluster.
func Load(state string, files []string, say Say) error {
	return locked(state, func() error {
		p, begun, err := recall(state)
		if err != nil {
			return err
		}
		if !begun {
			return fmt.Errorf("no cluster in %s; start one with 'up'", state)
		}
		for _, file := range files {
			if err := p.load(file); err != nil {
				return err
			}
			say("imported %s", file)
		}
		return nil
	})
}
