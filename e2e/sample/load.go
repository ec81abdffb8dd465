package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A request that takes longer counts as failed. Long, because a busy machine is slow without losing requests.
const requestLimit = 15 * time.Second

const readAfterEnd = 3 * time.Second

// sender sends requests at a steady rate, the next one never waiting for an answer: a slow target must not
// hide itself by being asked less often. Every second request of a target uses a fresh connection. No retries.
type sender struct {
	targets []string
	rate    int // requests per second, all targets together
	kept    *http.Client
	record  *record
}

func load(ctx context.Context) error {
	targets := list(setting("TARGETS", ""))
	rate, err := strconv.Atoi(setting("RATE", "120"))
	if err != nil || rate < 1 || rate > 2000 || len(targets) == 0 {
		return fmt.Errorf("TARGETS must name a URL and RATE lie between 1 and 2000, got %q and %q", setting("TARGETS", ""), setting("RATE", "120"))
	}
	s := sender{
		targets: targets, rate: rate, record: newRecord(time.Now()),
		kept: &http.Client{Timeout: requestLimit, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}},
	}
	sent := make(chan struct{})
	go func() {
		s.send(ctx)
		close(sent)
	}()
	return listen(untilRead(sent), setting("PORT", "9090"), s.routes())
}

// untilRead ends some seconds after the last request did: whoever adds the counts of a pod that is being replaced reads
// them every second.
func untilRead(sent <-chan struct{}) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-sent
		time.Sleep(readAfterEnd)
		cancel()
	}()
	return ctx
}

// send returns when ctx has ended and every request that was sent has ended as well.
func (s sender) send(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	ticker := time.NewTicker(time.Second / time.Duration(s.rate))
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			s.record.began(now)
			running.Add(1)
			go func() {
				defer running.Done()
				s.one(now, s.targets[n%len(s.targets)], n/len(s.targets)%2 == 0)
			}()
		}
	}
}

func (s sender) one(began time.Time, target string, fresh bool) {
	client := s.kept
	if fresh {
		transport := &http.Transport{DisableKeepAlives: true}
		client = &http.Client{Timeout: requestLimit, Transport: transport}
	}
	status, err := get(client, target)
	s.record.ended(began, time.Since(began), target, status, err)
}

func get(client *http.Client, target string) (int, error) {
	request, err := http.NewRequest(http.MethodGet, target, nil)
	if err != nil {
		return 0, err
	}
	// Go's client repeats a GET by itself when a kept connection broke, unless the request has a body that
	// cannot be read twice. An empty one of that kind is sent as no body at all.
	request.Body = io.NopCloser(strings.NewReader(""))
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func (s sender) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, r *http.Request) {
		since := r.URL.Query().Get("since")
		if since == "" {
			respond(w, http.StatusOK, s.record.snapshot())
			return
		}
		moment, err := time.Parse(time.RFC3339Nano, since)
		if err != nil {
			respond(w, http.StatusBadRequest, map[string]string{"error": "since must be a time such as 2026-01-31T12:00:00Z, got " + since})
			return
		}
		respond(w, http.StatusOK, s.record.period(moment))
	})
	mux.HandleFunc("POST /reset", func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, s.record.reset(time.Now(), newID()))
	})
	return mux
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that went away needs no answer
}

func newID() string {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails, by its documentation
	return hex.EncodeToString(raw[:])
}
