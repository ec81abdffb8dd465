package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
)

const stampFolder = ".stamps"

// key changes whenever compiling again could give another result: sources, dependencies, flags, Go itself.
func (b Builder) key(p part) (string, error) {
	folder := filepath.Join(b.Source, p.module)
	var files []string
	for _, pattern := range []string{"go.mod", "go.sum", "*.go"} {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return "", err
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return "", fmt.Errorf("no Go module in %s; name the folder local-cluster with --source", folder)
	}
	sort.Strings(files)
	hash := sha256.New()
	fmt.Fprintln(hash, runtime.Version(), runtime.GOARCH, linkerFlags(p), p.packages, p.output, p.links)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(hash, filepath.Base(file), len(body))
		hash.Write(body)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func (b Builder) current(name, key string) bool {
	old, err := os.ReadFile(filepath.Join(b.Out, stampFolder, name))
	if err != nil || string(old) != key {
		return false
	}
	_, err = os.Stat(filepath.Join(b.Out, name))
	return err == nil
}

func (b Builder) stamp(name, key string) error {
	return os.WriteFile(filepath.Join(b.Out, stampFolder, name), []byte(key), 0o644)
}

func copyTree(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return copyFile(file, filepath.Join(to, strings.TrimPrefix(file, from)))
	})
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer target.Close()
	if _, err := io.Copy(target, source); err != nil {
		return err
	}
	return target.Close()
}
