package build

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Builder compiles parts from the folder Source into the folder Out.
type Builder struct {
	Source string // the folder that holds kube/, coredns/, istio-1.26.0/ ...
	Out    string
	Say    func(format string, values ...any)
}

// All compiles the named parts, or every part when none is named. What is current is skipped.
func (b Builder) All(only []string) error {
	if err := known(only); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(b.Out, stampFolder), 0o755); err != nil {
		return err
	}
	for _, p := range parts {
		if wanted(only, p.name) {
			if err := b.one(p); err != nil {
				return fmt.Errorf("part %s: %w", p.name, err)
			}
		}
	}
	if wanted(only, envoyPart) {
		if err := b.envoy(); err != nil {
			return fmt.Errorf("part %s: %w", envoyPart, err)
		}
	}
	return nil
}

func (b Builder) one(p part) error {
	key, err := b.key(p)
	if err != nil {
		return err
	}
	if b.current(p.name, key) {
		b.Say("%s is current", p.name)
		return nil
	}
	if err := b.compile(p); err != nil {
		return err
	}
	for _, link := range p.links {
		if err := relink(p.output, filepath.Join(b.Out, link)); err != nil {
			return err
		}
	}
	if p.istio {
		if err := b.takeFromModule(p); err != nil {
			return err
		}
	}
	return b.stamp(p.name, key)
}

func (b Builder) compile(p part) error {
	b.Say("%s: compiling (about %s when nothing is cached)", p.name, p.cold)
	arguments := []string{"build", "-trimpath", "-ldflags", linkerFlags(p), "-o", filepath.Join(b.Out, p.output)}
	if strings.HasSuffix(p.output, "/") {
		arguments[len(arguments)-1] += "/" // Join removed it; with it go build makes a folder
	}
	return b.run(p.name, b.command(p, append(arguments, p.packages...)...))
}

func linkerFlags(p part) string {
	flags := "-s -w"
	for _, stamp := range p.stamps {
		flags += " -X " + stamp
	}
	return flags
}

// command is a go command in the part's folder, at low priority where nice exists.
func (b Builder) command(p part, arguments ...string) *exec.Cmd {
	command := exec.Command("go", arguments...)
	if nice, err := exec.LookPath("nice"); err == nil {
		command = exec.Command(nice, append([]string{"-n", "10", "go"}, arguments...)...)
	}
	command.Dir = filepath.Join(b.Source, p.module)
	// The checksum database has no entry for some pseudo-versions; go.sum pins them all the same.
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GONOSUMDB=*", "GOFLAGS=-mod=readonly -buildvcs=false", "GOWORK=off")
	return command
}

// run waits for a command and says every 15 s that it still runs.
func (b Builder) run(name string, command *exec.Cmd) error {
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	start := time.Now()
	if err := command.Start(); err != nil {
		return fmt.Errorf("%w; install Go 1.24 or later", err)
	}
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	ticker := time.NewTicker(15 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				return fmt.Errorf("%s: %w\n%s\nrepair what the lines above name (network, disk space, Go version) and run the build again",
					strings.Join(command.Args, " "), err, lastLines(output.String(), 20))
			}
			b.Say("%s: done in %s", name, time.Since(start).Round(time.Second))
			return nil
		case <-ticker.C:
			b.Say("%s: still compiling, %s", name, time.Since(start).Round(time.Second))
		}
	}
}

// takeFromModule copies the charts and the Envoy bootstrap template, so that out needs no module cache.
func (b Builder) takeFromModule(p part) error {
	output, err := b.command(p, "list", "-m", "-f", "{{.Dir}}", "istio.io/istio").Output()
	if err != nil {
		return fmt.Errorf("folder of the module istio.io/istio: %w", err)
	}
	module, target := strings.TrimSpace(string(output)), filepath.Join(b.Out, p.output)
	for from, to := range map[string]string{
		"manifests/charts/base":                          "charts/base",
		"manifests/charts/istio-control/istio-discovery": "charts/istiod",
	} {
		if err := copyTree(filepath.Join(module, from), filepath.Join(target, to)); err != nil {
			return err
		}
	}
	return copyFile(filepath.Join(module, "tools/packaging/common/envoy_bootstrap.json"), filepath.Join(target, "envoy_bootstrap.json"))
}

func relink(target, link string) error {
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink(target, link)
}

func known(only []string) error {
	names := []string{envoyPart}
	for _, p := range parts {
		names = append(names, p.name)
	}
	for _, name := range only {
		if !wanted(names, name) {
			return fmt.Errorf("no part is called %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

func wanted(only []string, name string) bool {
	if len(only) == 0 {
		return true
	}
	for _, candidate := range only {
		if candidate == name {
			return true
		}
	}
	return false
}

func lastLines(text string, count int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}
