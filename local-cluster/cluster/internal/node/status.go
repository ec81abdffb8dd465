package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Status describes a cluster with one line per part; the error says what does not run.
func Status(state string) ([]string, error) {
	p, begun, err := recall(state)
	if err != nil {
		return nil, err
	}
	if !begun {
		return nil, fmt.Errorf("no cluster in %s", state)
	}
	known, err := p.remembered()
	if err != nil {
		return nil, err
	}
	lines := []string{fmt.Sprintf("cluster %s at %s, this machine inside: %s", p.Name, p.server(), p.hostAddress())}
	for _, s := range known {
		what := "ended"
		if s.running() {
			what = fmt.Sprintf("running, pid %d, %d MB", s.PID, residentMegabytes(s.PID))
		}
		lines = append(lines, fmt.Sprintf("%-24s %s", s.Part, what))
	}
	healthy := p.healthy()
	if server, err := p.newAPI(); err == nil {
		lines = append(lines, "node                     "+word(server.nodeReady(p.nodeName())), "coredns                  "+word(server.dnsReady()))
	}
	return lines, healthy
}

func word(err error) string {
	if err == nil {
		return "ready"
	}
	return err.Error()
}

// healthy says whether the start was completed, every process runs and the API server answers.
func (p plan) healthy() error {
	if _, err := os.Stat(filepath.Join(p.State, clusterFile)); err != nil {
		return errors.New("the cluster's start was not completed")
	}
	known, err := p.remembered()
	if err != nil {
		return err
	}
	for _, s := range known {
		if !s.running() {
			return p.failed(s.Part, "it ended")
		}
	}
	server, err := p.newAPI()
	if err != nil {
		return err
	}
	return server.ready()
}

func residentMegabytes(pid int) int {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return pages * os.Getpagesize() >> 20
}
