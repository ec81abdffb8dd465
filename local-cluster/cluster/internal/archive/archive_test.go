package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestEqualContentsGiveEqualBytesWhateverTheOrderAndTheFileTimes(t *testing.T) {
	source := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(source, []byte("body"), 0o755); err != nil {
		t.Fatal(err)
	}
	first := tarOf(t, func(tree *Tree) {
		tree.Bytes("etc/b", 0o644, []byte("b"))
		must(t, tree.File("bin/program", source, 0))
	})
	must(t, os.Chtimes(source, time.Now(), time.Now().Add(-time.Hour)))
	second := tarOf(t, func(tree *Tree) {
		must(t, tree.File("bin/program", source, 0))
		tree.Bytes("etc/b", 0o644, []byte("b"))
	})
	if !bytes.Equal(first, second) {
		t.Fatal("two archives of the same contents differ")
	}
}

func TestParentDirectoriesComeBeforeTheirFiles(t *testing.T) {
	raw := tarOf(t, func(tree *Tree) {
		tree.Bytes("usr/local/bin/x", 0o755, nil)
		tree.Folder("tmp", 0o1777, 0)
	})
	want := []string{"tmp/", "usr/", "usr/local/", "usr/local/bin/", "usr/local/bin/x"}
	reader := tar.NewReader(bytes.NewReader(raw))
	for i := 0; ; i++ {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			if i != len(want) {
				t.Fatalf("got %d entries, want %v", i, want)
			}
			return
		}
		must(t, err)
		if header.Name != want[i] {
			t.Fatalf("entry %d is %s, want %s", i, header.Name, want[i])
		}
	}
}

func TestADirectoryInPlaceOfAFileIsRefused(t *testing.T) {
	if err := New().File("bin/program", t.TempDir(), 0); err == nil {
		t.Fatal("a directory was taken for a file")
	}
}

func tarOf(t *testing.T, fill func(*Tree)) []byte {
	t.Helper()
	tree := New()
	fill(tree)
	var out bytes.Buffer
	must(t, tree.Write(&out))
	return out.Bytes()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
