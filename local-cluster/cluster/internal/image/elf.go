package image

import (
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

// Where Debian and its relatives keep shared libraries, in the loader's order.
var libraryFolders = []string{
	"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
	"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
	"/lib64", "/usr/lib64", "/lib", "/usr/lib",
}

// librariesOf returns the files, loader included, without which the given programs do not start.
func librariesOf(programs ...string) ([]string, error) {
	needed := map[string]bool{}
	open := append([]string(nil), programs...)
	for len(open) > 0 {
		program := open[0]
		open = open[1:]
		found, err := directNeeds(program)
		if err != nil {
			return nil, fmt.Errorf("libraries of %s: %w", program, err)
		}
		for _, library := range found {
			if !needed[library] {
				needed[library] = true
				open = append(open, library)
			}
		}
	}
	sorted := make([]string, 0, len(needed))
	for library := range needed {
		sorted = append(sorted, library)
	}
	sort.Strings(sorted)
	return sorted, nil
}

func directNeeds(program string) ([]string, error) {
	file, err := elf.Open(program)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var found []string
	if loader := file.Section(".interp"); loader != nil {
		text, err := loader.Data()
		if err != nil {
			return nil, err
		}
		found = append(found, string(text[:len(text)-1])) // it ends with a zero byte
	}
	names, err := file.ImportedLibraries()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		library, err := locate(name)
		if err != nil {
			return nil, err
		}
		found = append(found, library)
	}
	return found, nil
}

func locate(name string) (string, error) {
	for _, folder := range libraryFolders {
		candidate := filepath.Join(folder, name)
		if _, err := os.Stat(candidate); err == nil {
			return candidate, nil
		}
	}
	return "", fmt.Errorf("%s is in none of %v", name, libraryFolders)
}
