// Command sample is what the demo and the end-to-end tests run in a mesh: a small service ("serve") and the
// client that counts failed requests ("load").
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Requests that began before the end are finished within this time.
const shutdownGrace = 10 * time.Second

func main() {
	if len(os.Args) != 2 || (os.Args[1] != "serve" && os.Args[1] != "load") {
		fmt.Fprintln(os.Stderr, "usage: sample serve|load")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	run := serve
	if os.Args[1] == "load" {
		run = load
	}
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "sample %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// listen serves until ctx ends, then finishes what is in progress.
func listen(ctx context.Context, port string, handler http.Handler) error {
	server := &http.Server{Addr: ":" + port, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if err := server.Shutdown(closing); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
