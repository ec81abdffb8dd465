package release

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft.io/local-cluster/cluster/internal/image"
)

var images = []image.Built{
	{Ref: "docker.io/istio/pilot:1.27.0", SHA256: "aa"},
	{Ref: "docker.io/istio/proxyv2:1.27.0", SHA256: "bb"},
}

func TestABundleHoldsTheChartsItDescribes(t *testing.T) {
	files := unpack(t, bundle(t))
	var about description
	if err := json.Unmarshal(files["release.json"], &about); err != nil {
		t.Fatal(err)
	}
	for _, c := range about.Charts {
		if got := digest(files[c.File]); got != c.SHA256 {
			t.Errorf("%s has digest %s, release.json says %s", c.File, got, c.SHA256)
		}
	}
	if about.Images[0].Digest != "sha256:aa" || len(about.UpgradesFrom) != 3 {
		t.Errorf("%+v", about)
	}
}

func TestChartsNameTheReleaseAndNotTheDevelopmentBuild(t *testing.T) {
	chart := unpack(t, unpack(t, bundle(t))["charts/istiod.tgz"])
	for file, want := range map[string]string{
		"istiod/Chart.yaml":  "name: istiod\nversion: 1.27.0\nappVersion: 1.27.0\n",
		"istiod/values.yaml": "global:\n    hub: docker.io/istio\n    tag: 1.27.0\n",
	} {
		if got := string(chart[file]); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", file, got, want)
		}
	}
	if string(chart["istiod/templates/deployment.yaml"]) != "tag: latest" {
		t.Error("a template was changed or is missing")
	}
}

func TestTwoBundlesOfOneReleaseAreEqual(t *testing.T) {
	if !bytes.Equal(bundle(t), bundle(t)) {
		t.Fatal("they differ")
	}
}

func TestABundleWithoutItsImagesIsRefused(t *testing.T) {
	if _, err := Bundle("1.27.0", bin(t), images[:1]); err == nil || !strings.Contains(err.Error(), "proxyv2:1.27.0") {
		t.Fatalf("%v", err)
	}
}

func TestAnUnknownMinorVersionIsRefused(t *testing.T) {
	if _, err := Bundle("1.28.0", bin(t), images); err == nil || !strings.Contains(err.Error(), "no release of Istio 1.28.0") {
		t.Fatalf("%v", err)
	}
}

func bundle(t *testing.T) []byte {
	t.Helper()
	packed, err := Bundle("1.27.0", bin(t), images)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func bin(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"base", "istiod"} {
		for file, text := range map[string]string{
			"Chart.yaml":                "name: " + name + "\nversion: 1.0.0\nappVersion: 1.0.0\n",
			"values.yaml":               "global:\n    hub: gcr.io/istio-testing\n    tag: latest\n",
			"templates/deployment.yaml": "tag: latest",
		} {
			target := filepath.Join(folder, "istio-1.27.0", "charts", name, file)
			if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(target, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

func unpack(t *testing.T, packed []byte) map[string][]byte {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	reader := tar.NewReader(plain)
	for header, err := reader.Next(); err == nil; header, err = reader.Next() {
		if files[header.Name], err = io.ReadAll(reader); err != nil {
			t.Fatal(err)
		}
	}
	return files
}
