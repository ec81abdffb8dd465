package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"weft.io/local-cluster/cluster/internal/build"
	"weft.io/local-cluster/cluster/internal/image"
	"weft.io/local-cluster/cluster/internal/release"
)

func runBuild(arguments []string) error {
	o := newOptions("build")
	out := o.required("out", "folder for the programs")
	only := o.set.String("only", "", "comma-separated parts; all when empty")
	source := o.set.String("source", "", "the folder local-cluster; looked for from here upwards when empty")
	if err := o.parse(arguments); err != nil {
		return err
	}
	folder, err := sourceFolder(*source)
	if err != nil {
		return err
	}
	target, err := filepath.Abs(*out)
	if err != nil {
		return err
	}
	var parts []string
	if *only != "" {
		parts = strings.Split(*only, ",")
	}
	return build.Builder{Source: folder, Out: target, Say: speaker("build")}.All(parts)
}

func sourceFolder(given string) (string, error) {
	if given != "" {
		return filepath.Abs(given)
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for folder := here; ; folder = filepath.Dir(folder) {
		for _, candidate := range []string{filepath.Join(folder, "local-cluster"), folder} {
			if _, err := os.Stat(filepath.Join(candidate, "kube", "go.mod")); err == nil {
				return candidate, nil
			}
		}
		if folder == filepath.Dir(folder) {
			return "", errors.New("no folder local-cluster here or above; name it with --source")
		}
	}
}

func runImages(arguments []string) error {
	o := newOptions("images")
	bin := o.required("bin", "folder that 'build' wrote")
	out := o.required("out", "folder for the image archives")
	if err := o.parse(arguments); err != nil {
		return err
	}
	_, err := image.WriteAll(*bin, *out, speaker("images"))
	return err
}

func runRelease(arguments []string) error {
	o := newOptions("release")
	version := o.required("version", "mesh version, such as 1.26.0")
	bin := o.required("bin", "folder that 'build' wrote")
	images := o.required("images", "folder that 'images' wrote")
	out := o.required("out", "file to write")
	if err := o.parse(arguments); err != nil {
		return err
	}
	built, err := image.Read(*images)
	if err != nil {
		return err
	}
	bundle, err := release.Bundle(*version, *bin, built)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(*out), 0o755); err != nil {
		return err
	}
	speaker("release")("istio %s, %d bytes: %s", *version, len(bundle), *out)
	return os.WriteFile(*out, bundle, 0o644)
}
