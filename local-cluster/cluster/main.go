// Command weft-cluster builds and runs one-node Kubernetes clusters as plain processes, for the demo and the
// end-to-end tests: no container engine, no downloaded Kubernetes binaries. See ../README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

type command struct {
	name, usage string
	run         func(arguments []string) error
}

var commands = []command{
	{"build", "--out DIR [--only PART,...] [--source DIR]   compile all programs", runBuild},
	{"images", "--bin DIR --out DIR                          write container images", runImages},
	{"release", "--version V --bin DIR --images DIR --out FILE  write a mesh release bundle", runRelease},
	{"up", "--name NAME --state DIR --bin DIR --images DIR   start a cluster", runUp},
	{"load", "--state DIR TAR...                           import images", runLoad},
	{"status", "--state DIR                                  one line per part", runStatus},
	{"down", "--state DIR                                  end a cluster and remove all it left", runDown},
	{"leftovers", "                                             list what carries our marks on this machine", runLeftovers},
}

func main() {
	if len(os.Args) > 1 {
		for _, c := range commands {
			if c.name == os.Args[1] {
				os.Exit(exitCode(c.name, c.run(os.Args[2:])))
			}
		}
	}
	fmt.Fprintln(os.Stderr, "usage: weft-cluster COMMAND")
	for _, c := range commands {
		fmt.Fprintf(os.Stderr, "  %-9s %s\n", c.name, c.usage)
	}
	os.Exit(2)
}

func exitCode(name string, err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		return 2
	default:
		fmt.Fprintf(os.Stderr, "weft-cluster %s: %v\n", name, err)
		return 1
	}
}

// options are flags of one command, all of them text.
type options struct {
	set    *flag.FlagSet
	needed map[string]*string
}

func newOptions(name string) *options {
	return &options{set: flag.NewFlagSet(name, flag.ContinueOnError), needed: map[string]*string{}}
}

// required declares a flag that must be given.
func (o *options) required(name, usage string) *string {
	value := o.set.String(name, "", usage)
	o.needed[name] = value
	return value
}

func (o *options) parse(arguments []string) error {
	if err := o.set.Parse(arguments); err != nil {
		return fmt.Errorf("%w", err)
	}
	for name, value := range o.needed {
		if *value == "" {
			return fmt.Errorf("--%s is missing", name)
		}
	}
	return nil
}

// speaker prints progress with the time since the command began.
func speaker(command string) func(string, ...any) {
	start := time.Now()
	return func(format string, values ...any) {
		fmt.Printf("[%s %5.1fs] %s\n", command, time.Since(start).Seconds(), fmt.Sprintf(format, values...))
	}
}
