package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft.io/local-cluster/cluster/internal/archive"
)

func TestAnImageNamesItsLayersByTheDigestsOfTheirBytes(t *testing.T) {
	folder := t.TempDir()
	files := write(t, folder)
	var manifest []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	parse(t, files["manifest.json"], &manifest)
	var about config
	parse(t, files[manifest[0].Config], &about)
	for i, file := range manifest[0].Layers {
		if got := "sha256:" + sum(files[file]); got != about.RootFS.DiffIDs[i] {
			t.Errorf("layer %d has digest %s, the configuration says %s", i, got, about.RootFS.DiffIDs[i])
		}
	}
	if manifest[0].RepoTags[0] != "weft.local/x:1" || about.Config.Entrypoint[0] != "/x" {
		t.Errorf("%+v %+v", manifest, about)
	}
}

func TestTheImageIdIsTheDigestOfTheConfiguration(t *testing.T) {
	folder := t.TempDir()
	files := write(t, folder)
	images, err := Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := sum(files[images[0].SHA256+".json"]); got != images[0].SHA256 {
		t.Fatalf("id %s, digest %s", images[0].SHA256, got)
	}
}

func TestWritingTwiceGivesTheSameBytes(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	write(t, a)
	write(t, b)
	first, second := read(t, filepath.Join(a, "x.tar")), read(t, filepath.Join(b, "x.tar"))
	if !bytes.Equal(first, second) {
		t.Fatal("two archives of one recipe differ")
	}
}

func TestNoTemporaryLayersAreLeft(t *testing.T) {
	folder := t.TempDir()
	write(t, folder)
	left, err := filepath.Glob(filepath.Join(folder, ".layer-*"))
	if err != nil || len(left) > 0 {
		t.Fatalf("%v, %v", left, err)
	}
}

func TestAMissingIndexSaysWhatToDo(t *testing.T) {
	if _, err := Read(t.TempDir()); err == nil || !strings.Contains(err.Error(), "weft-cluster images") {
		t.Fatalf("%v", err)
	}
}

func TestLibrariesIncludeTheLoader(t *testing.T) {
	libraries, err := librariesOf("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(libraries, " ")
	if !strings.Contains(all, "libc.so") || !strings.Contains(all, "/ld-linux") {
		t.Fatalf("a shell cannot start with %v only", libraries)
	}
}

// write makes one image of two layers and returns the files of its archive.
func write(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	bottom, top := base(), archive.New()
	top.Bytes("x", 0o755, []byte("program"))
	images, err := writeRecipes(folder, []recipe{{"weft.local/x:1", "x.tar", processConfig{Entrypoint: []string{"/x"}}, []*archive.Tree{bottom, top}}}, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(images)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, index), text, 0o644); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	reader := tar.NewReader(bytes.NewReader(read(t, filepath.Join(folder, "x.tar"))))
	for header, err := reader.Next(); err == nil; header, err = reader.Next() {
		body, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = body
	}
	return files
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func parse(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func sum(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}
