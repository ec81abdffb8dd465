package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"weft.io/local-cluster/cluster/internal/node"
)

func runUp(arguments []string) error {
	o := newOptions("up")
	name := o.required("name", "name of the cluster")
	state := o.required("state", "folder for everything that belongs to the cluster")
	bin := o.required("bin", "folder that 'build' wrote")
	images := o.required("images", "folder that 'images' wrote")
	if err := o.parse(arguments); err != nil {
		return err
	}
	for _, folder := range []*string{state, bin, images} {
		var err error
		if *folder, err = filepath.Abs(*folder); err != nil {
			return err
		}
	}
	about, err := node.Up(*name, *state, *bin, *images, speaker("up"))
	if err != nil {
		return err
	}
	fmt.Printf("hostAddress=%s\nnodeAddress=%s\nkubeconfig=%s\n", about.HostAddress, about.NodeAddress, about.Kubeconfig)
	return nil
}

func runLoad(arguments []string) error {
	state, o, err := stateOption("load", arguments)
	if err != nil {
		return err
	}
	if o.set.NArg() == 0 {
		return errors.New("no image archive is named")
	}
	return node.Load(state, o.set.Args(), speaker("load"))
}

func runStatus(arguments []string) error {
	state, _, err := stateOption("status", arguments)
	if err != nil {
		return err
	}
	lines, err := node.Status(state)
	for _, line := range lines {
		fmt.Println(line)
	}
	return err
}

func runDown(arguments []string) error {
	state, _, err := stateOption("down", arguments)
	if err != nil {
		return err
	}
	return node.Down(state, speaker("down"))
}

func runLeftovers(arguments []string) error {
	if err := newOptions("leftovers").parse(arguments); err != nil {
		return err
	}
	found, err := node.Leftovers()
	for _, line := range found {
		fmt.Println(line)
	}
	return err
}

func stateOption(command string, arguments []string) (string, *options, error) {
	o := newOptions(command)
	state := o.required("state", "folder given to 'up'")
	if err := o.parse(arguments); err != nil {
		return "", nil, err
	}
	folder, err := filepath.Abs(*state)
	return folder, o, err
}
