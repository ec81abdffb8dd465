// Package archive writes tar files that are equal byte for byte whenever their contents are equal: entries
// sorted by name, one fixed time, no owner names. Digests of images and bundles rest on that.
package archive

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// Epoch is the modification time of every entry. Not zero: some readers take zero for "unknown".
var Epoch = time.Unix(1, 0).UTC()

// Tree is a set of files to be written as one tar. The zero value is not usable; see New.
type Tree struct {
	entries map[string]entry
}

type entry struct {
	header tar.Header
	body   []byte
	source string // file on disk; read when written, so that large binaries are not held in memory
}

// New returns an empty tree.
func New() *Tree { return &Tree{entries: map[string]entry{}} }

// Bytes adds a file with the given contents. Names are slash-separated and relative.
func (t *Tree) Bytes(name string, mode fs.FileMode, body []byte) {
	t.add(entry{header: tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(mode.Perm()), Size: int64(len(body))}, body: body})
}

// File adds the file at source, following links. Mode 0 keeps the file's own permissions.
func (t *Tree) File(name, source string, mode fs.FileMode) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", source)
	}
	if mode == 0 {
		mode = info.Mode()
	}
	t.add(entry{header: tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(mode.Perm()), Size: info.Size()}, source: source})
	return nil
}

// Dir adds every regular file below source. Permissions are 0644, since module caches are read-only.
func (t *Tree) Dir(name, source string) error {
	return filepath.WalkDir(source, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(source, file)
		if err != nil {
			return err
		}
		return t.File(path.Join(name, filepath.ToSlash(rel)), file, 0o644)
	})
}

// Folder adds an empty directory, for one with special permissions such as /tmp.
func (t *Tree) Folder(name string, mode int64, owner int) {
	t.add(entry{header: tar.Header{Typeflag: tar.TypeDir, Name: strings.TrimSuffix(name, "/") + "/", Mode: mode, Uid: owner, Gid: owner}})
}

// Link adds a symbolic link.
func (t *Tree) Link(name, target string) {
	t.add(entry{header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}})
}

func (t *Tree) add(e entry) {
	e.header.Name = strings.TrimPrefix(e.header.Name, "/")
	e.header.ModTime = Epoch
	e.header.Format = tar.FormatPAX
	t.entries[e.header.Name] = e
}

// Write writes the tar; parent directories that were not added come with mode 0755.
func (t *Tree) Write(w io.Writer) error {
	out := tar.NewWriter(w)
	for _, name := range t.names() {
		e, present := t.entries[name]
		if !present {
			e = entry{header: tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755, ModTime: Epoch, Format: tar.FormatPAX}}
		}
		if err := write(out, e); err != nil {
			return fmt.Errorf("tar entry %s: %w", name, err)
		}
	}
	return out.Close()
}

func (t *Tree) names() []string {
	all := map[string]bool{}
	for name := range t.entries {
		all[name] = true
		for dir := path.Dir(strings.TrimSuffix(name, "/")); dir != "."; dir = path.Dir(dir) {
			all[dir+"/"] = true
		}
	}
	sorted := make([]string, 0, len(all))
	for name := range all {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	return sorted
}

func write(out *tar.Writer, e entry) error {
	if err := out.WriteHeader(&e.header); err != nil {
		return err
	}
	if e.header.Typeflag != tar.TypeReg {
		return nil
	}
	var body io.Reader = bytes.NewReader(e.body)
	if e.source != "" {
		file, err := os.Open(e.source)
		if err != nil {
			return err
		}
		defer file.Close()
		body = file
	}
	_, err := io.Copy(out, body)
	return err
}
