package node

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const maxAnswer = 8 << 20 // bytes of an answer of the API server that we read

// api asks the cluster's API server as its administrator.
type api struct {
	server string
	client http.Client
}

func (p plan) newAPI() (api, error) {
	pair, err := tls.LoadX509KeyPair(p.pki("admin.crt"), p.pki("admin.key"))
	if err != nil {
		return api{}, err
	}
	ca, err := os.ReadFile(p.pki("ca.crt"))
	if err != nil {
		return api{}, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return api{}, errors.New("no certificate in " + p.pki("ca.crt"))
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots}}
	return api{p.server(), http.Client{Transport: transport, Timeout: 5 * time.Second}}, nil
}

func (a api) get(path string, into any) error {
	answer, err := a.client.Get(a.server + path)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s: %s", path, answer.Status, strings.TrimSpace(string(body[:min(len(body), 300)])))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}

func (a api) ready() error { return a.get("/readyz", nil) }

func (a api) nodeReady(name string) error {
	var node struct {
		Status struct {
			Conditions []struct{ Type, Status, Message string }
		}
	}
	if err := a.get("/api/v1/nodes/"+name, &node); err != nil {
		return err
	}
	for _, c := range node.Status.Conditions {
		if c.Type == "Ready" && c.Status == "True" {
			return nil
		} else if c.Type == "Ready" {
			return errors.New("not ready: " + c.Message)
		}
	}
	return errors.New("the node reports no condition Ready yet")
}

func (a api) dnsReady() error {
	var deployment struct {
		Status struct{ AvailableReplicas int }
	}
	if err := a.get("/apis/apps/v1/namespaces/kube-system/deployments/coredns", &deployment); err != nil {
		return err
	}
	if deployment.Status.AvailableReplicas < 1 {
		return errors.New("no pod of CoreDNS is ready")
	}
	return nil
}

// defaultAccount is there once the controllers run; before, no pod can be made.
func (a api) defaultAccount() error {
	return a.get("/api/v1/namespaces/kube-system/serviceaccounts/default", nil)
}

// await asks until the answer is good. It gives up when the process that should answer ended, or in the end.
func (p plan) await(what string, limit time.Duration, by *process, ask func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-by.exited:
			return p.failed(by.Part, "it ended while we waited for "+what)
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return p.failed(by.Part, fmt.Sprintf("after %s still no %s (%v)", limit, what, err))
		}
	}
}
