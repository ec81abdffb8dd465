package release

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"weft.io/local-cluster/cluster/internal/archive"
	"weft.io/local-cluster/cluster/internal/image"
)

// MaxBundleBytes is the largest bundle the hub's catalogue accepts.
const MaxBundleBytes = 16 << 20

type description struct {
	Family       string     `json:"family"`
	Version      string     `json:"version"`
	Modes        []string   `json:"modes"`
	Kubernetes   span       `json:"kubernetes"`
	UpgradesFrom []string   `json:"upgradesFrom"`
	Charts       []chart    `json:"charts"`
	Images       []imageRef `json:"images"`
}

type span struct {
	Min string `json:"min"`
	Max string `json:"max"`
}

type chart struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

type imageRef struct {
	Name      string `json:"name"`
	Reference string `json:"reference"`
	Digest    string `json:"digest"`
}

// upgradesFrom: Istio supports a revision upgrade from the minor before, and between patches of its own.
var upgradesFrom = map[string][]string{
	"1.26": {"1.25", "1.26"},
	"1.27": {"1.25", "1.26", "1.27"},
}

// Bundle returns the archive of one Istio version. bin holds charts at istio-VERSION/charts.
func Bundle(version, bin string, images []image.Built) ([]byte, error) {
	from, known := upgradesFrom[minor(version)]
	if !known {
		return nil, fmt.Errorf("no release of Istio %s is described here; known are 1.26 and 1.27", version)
	}
	about := description{
		Family: "istio", Version: version, Modes: []string{"sidecar"},
		Kubernetes: span{Min: "1.29", Max: "1.33"}, UpgradesFrom: from,
	}
	tree := archive.New()
	for _, name := range []string{"base", "istiod"} {
		packed, err := packChart(name, filepath.Join(bin, "istio-"+version, "charts", name), version)
		if err != nil {
			return nil, err
		}
		file := "charts/" + name + ".tgz"
		tree.Bytes(file, 0o644, packed)
		about.Charts = append(about.Charts, chart{Name: name, File: file, SHA256: digest(packed)})
	}
	for _, name := range []string{"pilot", "proxyv2"} {
		reference := ImageHub + "/" + name + ":" + version
		built, found := image.Find(images, reference)
		if !found {
			return nil, fmt.Errorf("images.json has no %s; run 'weft-cluster images' first", reference)
		}
		about.Images = append(about.Images, imageRef{Name: name, Reference: reference, Digest: "sha256:" + built.SHA256})
	}
	text, err := json.MarshalIndent(about, "", "  ")
	if err != nil {
		return nil, err
	}
	tree.Bytes("release.json", 0o644, append(text, '\n'))
	packed, err := gzipped(tree)
	if err == nil && len(packed) > MaxBundleBytes {
		err = fmt.Errorf("the bundle has %d bytes, the catalogue accepts at most %d", len(packed), MaxBundleBytes)
	}
	return packed, err
}
