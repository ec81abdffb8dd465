package image

import (
	"fmt"
	"os"
	"path/filepath"

	"weft.io/local-cluster/cluster/internal/archive"
)

// References of the images that are ours alone.
const (
	PauseRef   = "weft.local/pause:1"
	CoreDNSRef = "weft.local/coredns:1.12.4"
	SampleRef  = "weft.local/sample:1"
)

// IstioVersions are the versions that are built.
var IstioVersions = []string{"1.26.0", "1.27.0"}

const passwd = "root:x:0:0:root:/:/sbin/nologin\nistio-proxy:x:1337:1337:istio-proxy:/var/lib/istio:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"

const groups = "root:x:0:\nistio-proxy:x:1337:\nnobody:x:65534:\n"

const iptablesProgram = "/usr/sbin/xtables-nft-multi"

// The program looks at the name it is called by; pilot-agent tries the -nft names first.
var iptablesNames = []string{
	"iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore",
	"iptables-nft", "iptables-nft-save", "iptables-nft-restore", "ip6tables-nft", "ip6tables-nft-save", "ip6tables-nft-restore",
}

type recipe struct {
	ref, file string
	process   processConfig
	layers    []*archive.Tree
}

// recipes lists the images that can be made from what bin holds; bases are shared between images.
func recipes(bin string) ([]recipe, error) {
	all := []recipe{}
	for _, small := range []struct{ program, ref, file, user string }{
		{"pause", PauseRef, "pause.tar", "65534"},
		{"coredns", CoreDNSRef, "coredns.tar", "0"}, // port 53
		{"sample", SampleRef, "sample.tar", "65534"},
	} {
		tree := base()
		if err := tree.File(small.program, filepath.Join(bin, small.program), 0o755); err != nil {
			return nil, notBuilt(small.program, err)
		}
		all = append(all, recipe{small.ref, small.file, processConfig{User: small.user, Entrypoint: []string{"/" + small.program}}, []*archive.Tree{tree}})
	}
	proxyBase, err := proxyBaseLayer(bin)
	if err != nil {
		return nil, err
	}
	for _, version := range IstioVersions {
		pilot, proxy, err := istio(bin, version, proxyBase)
		if err != nil {
			return nil, err
		}
		all = append(all, pilot, proxy)
	}
	return all, nil
}

func base() *archive.Tree {
	tree := archive.New()
	tree.Bytes("etc/passwd", 0o644, []byte(passwd))
	tree.Bytes("etc/group", 0o644, []byte(groups))
	tree.Folder("tmp", 0o1777, 0)
	return tree
}

// proxyBaseLayer holds what the proxy images of all versions have in common: Envoy, iptables, their libraries.
func proxyBaseLayer(bin string) (*archive.Tree, error) {
	envoy := filepath.Join(bin, "envoy")
	ip, err := locateProgram("ip")
	if err != nil {
		return nil, err
	}
	tree := base()
	extensions, err := xtablesExtensions()
	if err != nil {
		return nil, err
	}
	for name, source := range map[string]string{
		"usr/local/bin/envoy":        envoy,
		"usr/sbin/xtables-nft-multi": iptablesProgram,
		"usr/sbin/ip":                ip,
	} {
		if err := tree.File(name, source, 0o755); err != nil {
			return nil, notBuilt("envoy", err)
		}
	}
	libraries, err := librariesOf(append([]string{envoy, iptablesProgram, ip}, extensions...)...)
	if err != nil {
		return nil, err
	}
	for _, library := range append(libraries, extensions...) {
		if err := tree.File(library, library, 0o755); err != nil {
			return nil, err
		}
	}
	for _, name := range iptablesNames {
		tree.Link("usr/sbin/"+name, "xtables-nft-multi")
	}
	tree.Folder("run", 0o755, 0) // the lock file of iptables
	return tree, nil
}

func xtablesExtensions() ([]string, error) {
	for _, folder := range libraryFolders {
		// Where /lib is a link to /usr/lib, iptables looks in the latter only.
		folder, err := filepath.EvalSymlinks(folder)
		if err != nil {
			continue // not a folder of this distribution
		}
		found, err := filepath.Glob(filepath.Join(folder, "xtables", "*.so"))
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, fmt.Errorf("no iptables extensions in %v; install the package iptables", libraryFolders)
}

func locateProgram(name string) (string, error) {
	for _, folder := range []string{"/usr/sbin", "/usr/bin", "/sbin", "/bin"} {
		candidate := filepath.Join(folder, name)
		if _, err := os.Stat(candidate); err == nil {
			return candidate, nil
		}
	}
	return "", fmt.Errorf("no program %s; install the package iproute2", name)
}

func istio(bin, version string, proxyBase *archive.Tree) (pilot, proxy recipe, err error) {
	folder := filepath.Join(bin, "istio-"+version)
	control, agent := base(), archive.New()
	for _, item := range []struct {
		tree         *archive.Tree
		name, source string
	}{
		{control, "usr/local/bin/pilot-discovery", "pilot-discovery"},
		{control, "var/lib/istio/envoy/envoy_bootstrap_tmpl.json", "envoy_bootstrap.json"},
		{agent, "usr/local/bin/pilot-agent", "pilot-agent"},
		{agent, "var/lib/istio/envoy/envoy_bootstrap_tmpl.json", "envoy_bootstrap.json"},
	} {
		if err := item.tree.File(item.name, filepath.Join(folder, item.source), 0); err != nil {
			return pilot, proxy, notBuilt("istio-"+version, err)
		}
	}
	agent.Folder("var/lib/istio", 0o755, 1337)
	agent.Folder("etc/istio/proxy", 0o775, 1337)
	pilot = recipe{"docker.io/istio/pilot:" + version, "pilot-" + version + ".tar",
		processConfig{User: "1337:1337", Entrypoint: []string{"/usr/local/bin/pilot-discovery"}}, []*archive.Tree{control}}
	// ISTIO_META_ISTIO_VERSION is what istiod and EnvoyFilters see as the proxy's version.
	proxy = recipe{"docker.io/istio/proxyv2:" + version, "proxyv2-" + version + ".tar",
		processConfig{User: "1337:1337", WorkingDir: "/", Entrypoint: []string{"/usr/local/bin/pilot-agent"},
			Env: []string{"PATH=/usr/local/bin:/usr/sbin:/usr/bin", "ISTIO_META_ISTIO_VERSION=" + version}},
		[]*archive.Tree{proxyBase, agent}}
	return pilot, proxy, nil
}

func notBuilt(part string, err error) error {
	return fmt.Errorf("%w; run 'weft-cluster build --only %s'", err, part)
}
