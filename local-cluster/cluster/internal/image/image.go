// Package image writes container images as docker-archive tar files without a container engine. What each
// image holds is in recipes.go; which shared libraries a program needs is read from the program (elf.go).
package image

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"weft.io/local-cluster/cluster/internal/archive"
)

// Built is one written image. SHA256 is that of the configuration, which is what runtimes call the image id.
type Built struct {
	Ref    string `json:"ref"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// Find returns the image with the given reference.
func Find(images []Built, ref string) (Built, bool) {
	for _, built := range images {
		if built.Ref == ref {
			return built, true
		}
	}
	return Built{}, false
}

type config struct {
	Architecture string        `json:"architecture"`
	OS           string        `json:"os"`
	Created      time.Time     `json:"created"`
	Config       processConfig `json:"config"`
	RootFS       rootFS        `json:"rootfs"`
}

type processConfig struct {
	User       string   `json:"User,omitempty"`
	Env        []string `json:"Env,omitempty"`
	Entrypoint []string `json:"Entrypoint,omitempty"`
	WorkingDir string   `json:"WorkingDir,omitempty"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type layer struct {
	file   string
	digest string
}

// writeLayer stores the tree as a tar in folder, under a temporary name; the digest is that of the plain tar.
func writeLayer(folder string, tree *archive.Tree) (layer, error) {
	file, err := os.CreateTemp(folder, ".layer-*")
	if err != nil {
		return layer{}, err
	}
	defer file.Close()
	hash := sha256.New()
	if err := tree.Write(io.MultiWriter(file, hash)); err != nil {
		os.Remove(file.Name())
		return layer{}, err
	}
	return layer{file: file.Name(), digest: hex.EncodeToString(hash.Sum(nil))}, file.Close()
}

// writeArchive writes one image. The file appears under its name only when it is complete.
func writeArchive(folder, name, ref, arch string, process processConfig, layers []layer) (Built, error) {
	about := config{Architecture: arch, OS: "linux", Created: archive.Epoch, Config: process, RootFS: rootFS{Type: "layers"}}
	tree := archive.New()
	var files []string
	for _, l := range layers {
		about.RootFS.DiffIDs = append(about.RootFS.DiffIDs, "sha256:"+l.digest)
		file := l.digest + "/layer.tar"
		files = append(files, file)
		if err := tree.File(file, l.file, 0o644); err != nil {
			return Built{}, err
		}
	}
	text, err := json.Marshal(about)
	if err != nil {
		return Built{}, err
	}
	sum := sha256.Sum256(text)
	id := hex.EncodeToString(sum[:])
	tree.Bytes(id+".json", 0o644, text)
	manifest, err := json.Marshal([]map[string]any{{"Config": id + ".json", "RepoTags": []string{ref}, "Layers": files}})
	if err != nil {
		return Built{}, err
	}
	tree.Bytes("manifest.json", 0o644, manifest)
	if err := writeWhole(filepath.Join(folder, name), tree); err != nil {
		return Built{}, fmt.Errorf("image %s: %w", ref, err)
	}
	return Built{Ref: ref, File: name, SHA256: id}, nil
}

func writeWhole(target string, tree *archive.Tree) error {
	file, err := os.Create(target + ".part")
	if err != nil {
		return err
	}
	defer file.Close()
	if err := tree.Write(file); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(target+".part", target)
}
