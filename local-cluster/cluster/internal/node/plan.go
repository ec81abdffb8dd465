// Package node runs one Kubernetes node, control plane included, as processes in a network namespace of its
// own. Start at up.go. Everything that is left on the machine carries a mark (see marks.go), so that down.go
// and leftovers.go find it without trusting memory.
package node

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
)

var validName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$`)

// plan holds every name, path and address of one cluster. It is a pure function of name, folders and number.
type plan struct {
	Name   string
	State  string // folder of everything that belongs to the cluster
	Bin    string
	Images string
	Number int // 1 to 250; gives the addresses
}

func newPlan(name, state, bin, images string, number int) (plan, error) {
	if !validName.MatchString(name) {
		return plan{}, fmt.Errorf("the name %q is not allowed: 1 to 20 lower-case letters, digits and hyphens, a letter first", name)
	}
	p := plan{Name: name, State: state, Bin: bin, Images: images, Number: number}
	// Sockets have at most 107 characters of path; the longest one lies below runtime().
	if longest := p.containerdSocket() + ".ttrpc"; len(longest) > 107 {
		return plan{}, fmt.Errorf("the state folder %s is %d characters too long; use a shorter path", state, len(longest)-107)
	}
	return p, nil
}

func (p plan) hostAddress() string   { return fmt.Sprintf("10.213.%d.1", p.Number) }
func (p plan) nodeAddress() string   { return fmt.Sprintf("10.213.%d.2", p.Number) }
func (p plan) podRange() string      { return fmt.Sprintf("10.214.%d.0/24", p.Number) }
func (p plan) serviceRange() string  { return fmt.Sprintf("10.215.%d.0/24", p.Number) }
func (p plan) firstService() string  { return fmt.Sprintf("10.215.%d.1", p.Number) }
func (p plan) dnsService() string    { return fmt.Sprintf("10.215.%d.10", p.Number) }
func (p plan) hostInterface() string { return fmt.Sprintf("%s%d", interfaceMark, p.Number) }
func (p plan) inner() string         { return "eth0" }
func (p plan) nodeName() string      { return mark + p.Name }

// id tells clusters apart whose names are equal but whose folders are not.
func (p plan) id() string {
	sum := sha256.Sum256([]byte(p.State))
	return mark + p.Name + "-" + hex.EncodeToString(sum[:3])
}

func (p plan) cgroup() string           { return p.id() }
func (p plan) systemCgroup() string     { return p.id() + systemSuffix }
func (p plan) server() string           { return "https://" + p.nodeAddress() + ":6443" }
func (p plan) networkPath() string      { return p.runtime("net") }
func (p plan) runtime(s string) string  { return filepath.Join(p.State, runtimeMark, s) }
func (p plan) config(s string) string   { return filepath.Join(p.State, "conf", s) }
func (p plan) pki(s string) string      { return filepath.Join(p.State, "pki", s) }
func (p plan) logs() string             { return filepath.Join(p.State, "log") }
func (p plan) log(s string) string      { return filepath.Join(p.logs(), s+".log") }
func (p plan) program(s string) string  { return filepath.Join(p.Bin, s) }
func (p plan) containerdSocket() string { return p.runtime("containerd.sock") }
func (p plan) kubeconfig() string       { return filepath.Join(p.State, "kubeconfig") }
