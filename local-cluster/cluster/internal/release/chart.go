// Package release packs a mesh release as Weft's catalogue takes it: charts, the digests of the images they
// name, and a description, in one deterministic archive.
package release

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"weft.io/local-cluster/cluster/internal/archive"
)

// ImageHub is where Istio's released charts point; our own images carry the same names.
const ImageHub = "docker.io/istio"

// The module's charts hold placeholders that Istio's release process replaces; we do the same replacements.
var (
	chartVersion = regexp.MustCompile(`(?m)^(version|appVersion): .*$`)
	valuesHub    = regexp.MustCompile(`(?m)^(\s+hub:) gcr\.io/istio-testing$`)
	valuesTag    = regexp.MustCompile(`(?m)^(\s+tag:) latest$`)
)

// packChart returns a Helm chart archive whose top folder is the chart's name.
func packChart(name, folder, version string) ([]byte, error) {
	tree := archive.New()
	if err := tree.Dir(name, folder); err != nil {
		return nil, fmt.Errorf("chart %s: %w", name, err)
	}
	for file, change := range map[string]func(string) string{
		"Chart.yaml":  func(text string) string { return stampChart(text, version) },
		"values.yaml": func(text string) string { return stampValues(text, version) },
	} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", name, err)
		}
		tree.Bytes(name+"/"+file, 0o644, []byte(change(string(text))))
	}
	return gzipped(tree)
}

func stampChart(text, version string) string {
	return chartVersion.ReplaceAllString(text, "${1}: "+version)
}

func stampValues(text, version string) string {
	text = valuesHub.ReplaceAllString(text, "${1} "+ImageHub)
	return valuesTag.ReplaceAllString(text, "${1} "+version)
}

func gzipped(tree *archive.Tree) ([]byte, error) {
	var out bytes.Buffer
	// The header stays empty (no name, no time), so the bytes depend on the contents only.
	compressor, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if err := tree.Write(compressor); err != nil {
		return nil, err
	}
	if err := compressor.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func minor(version string) string {
	return strings.Join(strings.SplitN(version, ".", 3)[:2], ".")
}
