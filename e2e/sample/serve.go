package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const maxDownstreamBody = 64 << 10 // bytes

// service answers with its name and version, and with what the services it calls answered.
type service struct {
	name, version string
	calls         []string
	client        *http.Client
}

type reply struct {
	Service string       `json:"service"`
	Version string       `json:"version"`
	Path    string       `json:"path"`
	Calls   []downstream `json:"calls,omitempty"`
}

type downstream struct {
	URL    string          `json:"url"`
	Status int             `json:"status,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
	Error  string          `json:"error,omitempty"`
}

func serve(ctx context.Context) error {
	s := service{
		name: setting("NAME", "sample"), version: setting("VERSION", "v1"), calls: list(setting("CALLS", "")),
		client: &http.Client{Timeout: 10 * time.Second},
	}
	return listen(ctx, setting("PORT", "8080"), s.routes())
}

func (s service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, http.StatusBadGateway) })
	// What came back is the answer, even where nothing did: some who ask never see the body of an error.
	mux.HandleFunc("/calls", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, http.StatusOK) })
	return mux
}

// answer has status 200, or onFailure when a service that was called failed.
func (s service) answer(w http.ResponseWriter, r *http.Request, onFailure int) {
	status, body := http.StatusOK, reply{Service: s.name, Version: s.version, Path: r.URL.Path}
	for _, url := range s.calls {
		result := s.call(r.Context(), url)
		if result.Error != "" || result.Status >= http.StatusBadRequest {
			status = onFailure
		}
		body.Calls = append(body.Calls, result)
	}
	w.Header().Set("x-app-version", s.version)
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that went away needs no answer
}

func (s service) call(ctx context.Context, url string) downstream {
	result := downstream{URL: url}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	answer, err := s.client.Do(request)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	defer answer.Body.Close()
	result.Status = answer.StatusCode
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxDownstreamBody))
	if err != nil {
		result.Error = err.Error()
	} else if json.Valid(body) {
		result.Body = body
	}
	return result
}

// list splits at commas, blanks and line ends.
func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\n", r) })
}
