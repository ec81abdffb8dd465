package node

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNamesThatCannotBeNamesOfControlGroupsAndNodesAreRefused(t *testing.T) {
	for _, name := range []string{"", "A", "-a", "a-", "a.b", "a/b", "../a", "aaaaaaaaaaaaaaaaaaaaa"} {
		if _, err := newPlan(name, "/tmp/x", "/b", "/i", 1); err == nil {
			t.Errorf("the name %q was accepted", name)
		}
	}
	if _, err := newPlan("dev-2", "/tmp/x", "/b", "/i", 1); err != nil {
		t.Error(err)
	}
}

func TestAStateFolderTooLongForSocketsIsRefused(t *testing.T) {
	if _, err := newPlan("dev", "/tmp/"+strings.Repeat("x", 80), "/b", "/i", 1); err == nil {
		t.Fatal("a path was accepted on which containerd cannot listen")
	}
}

func TestTwoClustersShareNoNameNoFolderAndNoAddress(t *testing.T) {
	a, b := aPlan(t, "/tmp/a", 1), aPlan(t, "/tmp/b", 2) // the same name, as two developers might choose
	for what, pair := range map[string][2]string{
		"control group": {a.cgroup(), b.cgroup()}, "system control group": {a.systemCgroup(), b.systemCgroup()},
		"socket": {a.containerdSocket(), b.containerdSocket()}, "interface": {a.hostInterface(), b.hostInterface()},
		"host address": {a.hostAddress(), b.hostAddress()}, "pod range": {a.podRange(), b.podRange()},
		"service range": {a.serviceRange(), b.serviceRange()}, "namespace": {a.networkPath(), b.networkPath()},
	} {
		if pair[0] == pair[1] {
			t.Errorf("%s is %s in both", what, pair[0])
		}
	}
}

func TestInterfaceNamesFitTheKernelsLimit(t *testing.T) {
	if name := aPlan(t, "/tmp/a", highestNumber).hostInterface(); len(name) > 15 {
		t.Fatalf("%s has %d characters", name, len(name))
	}
}

func TestCertificatesAreSignedByTheAuthorityAndNameTheirParts(t *testing.T) {
	p := aPreparedPlan(t)
	roots := x509.NewCertPool()
	roots.AddCert(readCertificate(t, p.pki("ca.crt")))
	server := readCertificate(t, p.pki("apiserver.crt"))
	for _, name := range []string{p.nodeAddress(), p.firstService(), "kubernetes.default.svc"} {
		if _, err := server.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			t.Error(err)
		}
	}
	kubelet := readCertificate(t, p.pki("kubelet.crt"))
	if kubelet.Subject.CommonName != "system:node:weft-dev" || kubelet.Subject.Organization[0] != "system:nodes" {
		t.Errorf("the node authorizer would not know %s", kubelet.Subject)
	}
}

func TestKeysAreReadableForTheOwnerOnly(t *testing.T) {
	p := aPreparedPlan(t)
	keys, err := filepath.Glob(p.pki("*.key"))
	if err != nil || len(keys) < 9 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, file := range append(keys, p.kubeconfig()) {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", file, info.Mode().Perm())
		}
	}
}

func TestEachKubeletHasItsOwnControlGroupRoot(t *testing.T) {
	p := aPreparedPlan(t)
	text, err := p.kubeletConfig()
	if err != nil {
		t.Fatal(err)
	}
	var config struct{ CgroupRoot, ContainerRuntimeEndpoint, PodLogsDir string }
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		t.Fatal(err)
	}
	if config.CgroupRoot != "/"+p.cgroup() || !strings.HasPrefix(config.PodLogsDir, p.State) {
		t.Fatalf("%+v", config)
	}
}

func TestCoreDNSListensWhereTheKubeletSendsPods(t *testing.T) {
	p := aPlan(t, "/tmp/a", 7)
	dns, err := p.dnsManifests()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"clusterIP: " + p.dnsService(), p.hostAddress() + " host.weft.internal"} {
		if !strings.Contains(dns, want) {
			t.Errorf("no %q in the manifests", want)
		}
	}
}

func aPlan(t *testing.T, state string, number int) plan {
	t.Helper()
	p, err := newPlan("dev", state, "/bin", "/images", number)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func aPreparedPlan(t *testing.T) plan {
	t.Helper()
	folder, err := os.MkdirTemp("", "weft") // t.TempDir is too long for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	p := aPlan(t, folder, 1)
	for _, needed := range []string{p.config("cni"), p.pki("")} {
		if err := os.MkdirAll(needed, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.writePKI(); err != nil {
		t.Fatal(err)
	}
	if err := p.writeConfigs("/usr/lib/cni"); err != nil {
		t.Fatal(err)
	}
	return p
}

func readCertificate(t *testing.T, file string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}
