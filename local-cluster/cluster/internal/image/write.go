package image

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"weft.io/local-cluster/cluster/internal/archive"
)

const index = "images.json"

// WriteAll writes every image into out and their digests into images.json. It reports through say.
// When neither the programs nor this program changed since the last time, nothing is written.
func WriteAll(bin, out string, say func(format string, values ...any)) ([]Built, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	key, err := inputsKey(bin)
	if err != nil {
		return nil, err
	}
	if images, err := Read(out); err == nil && current(out, key, images) {
		say("images are current (%d)", len(images))
		return images, nil
	}
	all, err := recipes(bin)
	if err != nil {
		return nil, err
	}
	images, err := writeRecipes(out, all, say)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(images, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(out, index), append(text, '\n'), 0o644); err != nil {
		return nil, err
	}
	return images, os.WriteFile(filepath.Join(out, ".key"), []byte(key), 0o644)
}

func writeRecipes(out string, all []recipe, say func(string, ...any)) ([]Built, error) {
	written := map[*archive.Tree]layer{} // a layer that several images share is written once
	defer func() {
		for _, l := range written {
			os.Remove(l.file)
		}
	}()
	var images []Built
	for _, r := range all {
		var layers []layer
		for _, tree := range r.layers {
			l, done := written[tree]
			if !done {
				var err error
				if l, err = writeLayer(out, tree); err != nil {
					return nil, fmt.Errorf("image %s: %w", r.ref, err)
				}
				written[tree] = l
			}
			layers = append(layers, l)
		}
		built, err := writeArchive(out, r.file, r.ref, runtime.GOARCH, r.process, layers)
		if err != nil {
			return nil, err
		}
		say("%s sha256:%s", built.Ref, built.SHA256)
		images = append(images, built)
	}
	return images, nil
}

// Read returns what the last WriteAll wrote into folder.
func Read(folder string) ([]Built, error) {
	text, err := os.ReadFile(filepath.Join(folder, index))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s has no %s; run 'weft-cluster images --out %s'", folder, index, folder)
	}
	if err != nil {
		return nil, err
	}
	var images []Built
	if err := json.Unmarshal(text, &images); err != nil {
		return nil, fmt.Errorf("%s: %w; delete it and run 'weft-cluster images' again", filepath.Join(folder, index), err)
	}
	return images, nil
}

func current(out, key string, images []Built) bool {
	old, err := os.ReadFile(filepath.Join(out, ".key"))
	if err != nil || string(old) != key {
		return false
	}
	for _, built := range images {
		if _, err := os.Stat(filepath.Join(out, built.File)); err != nil {
			return false
		}
	}
	return true
}

// inputsKey changes whenever a program that goes into an image, or this program, is replaced.
func inputsKey(bin string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	files := []string{self, iptablesProgram}
	for _, pattern := range []string{"pause", "coredns", "sample", "envoy", "istio-*/*"} {
		found, err := filepath.Glob(filepath.Join(bin, pattern))
		if err != nil {
			return "", err
		}
		files = append(files, found...)
	}
	hash := sha256.New()
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(hash, file, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
