package node

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"time"
)

const validity = 365 * 24 * time.Hour // a test cluster does not live that long

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// writePKI makes one authority, a certificate for every part, and the key that signs service account tokens.
func (p plan) writePKI() error {
	ca, err := newAuthority(p.pki("ca"))
	if err != nil {
		return err
	}
	for _, leaf := range p.leaves() {
		if err := ca.issue(p.pki(leaf.file), leaf); err != nil {
			return err
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	if err := writePEM(p.pki("service-accounts.pub"), "PUBLIC KEY", public, 0o644); err != nil {
		return err
	}
	return writeKey(p.pki("service-accounts.key"), key)
}

type leaf struct {
	file, user, group string
	names             []string
	addresses         []string
}

func (p plan) leaves() []leaf {
	return []leaf{
		{file: "apiserver", user: "kube-apiserver",
			names:     []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"},
			addresses: []string{p.nodeAddress(), p.firstService(), "127.0.0.1"}},
		{file: "kubelet", user: "system:node:" + p.nodeName(), group: "system:nodes",
			names: []string{p.nodeName()}, addresses: []string{p.nodeAddress(), "127.0.0.1"}},
		{file: "admin", user: "weft-admin", group: "system:masters"},
		{file: "apiserver-to-kubelet", user: "kube-apiserver-kubelet-client", group: "system:masters"},
		{file: "front-proxy", user: "front-proxy-client"},
		{file: "controller-manager", user: "system:kube-controller-manager"},
		{file: "scheduler", user: "system:kube-scheduler"},
		{file: "proxy", user: "system:kube-proxy"},
	}
}

func newAuthority(file string) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "weft-local-cluster"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(validity),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return authority{}, err
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		return authority{}, err
	}
	if err := writePEM(file+".crt", "CERTIFICATE", raw, 0o644); err != nil {
		return authority{}, err
	}
	return authority{certificate, key}, writeKey(file+".key", key)
}

func (a authority) issue(file string, l leaf) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: l.user},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(validity),
		KeyUsage: x509.KeyUsageDigitalSignature, DNSNames: l.names,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if l.group != "" {
		template.Subject.Organization = []string{l.group}
	}
	for _, address := range l.addresses {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(address))
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		return err
	}
	if err := writePEM(file+".crt", "CERTIFICATE", raw, 0o644); err != nil {
		return err
	}
	return writeKey(file+".key", key)
}

func writeKey(file string, key *ecdsa.PrivateKey) error {
	raw, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(file, "EC PRIVATE KEY", raw, 0o600)
}

func writePEM(file, kind string, raw []byte, mode os.FileMode) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), mode)
}
