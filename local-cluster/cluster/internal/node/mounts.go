package node

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"syscall"
)

// mountsBelow lists mount points below a folder, deepest first. Two mounts at one place are listed twice.
func mountsBelow(folder string) ([]string, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	return parseMounts(string(text), func(place string) bool { return strings.HasPrefix(place, folder+"/") }), nil
}

func parseMounts(text string, wanted func(place string) bool) []string {
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	var places []string
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		if place := unescape.Replace(fields[4]); wanted(place) {
			places = append(places, place)
		}
	}
	sort.Slice(places, func(a, b int) bool { return len(places[a]) > len(places[b]) })
	return places
}

func unmountBelow(folder string) error {
	places, err := mountsBelow(folder)
	if err != nil {
		return err
	}
	for _, place := range places {
		if err := syscall.Unmount(place, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", place, err)
		}
	}
	return nil
}
