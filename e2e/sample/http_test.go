package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestAServiceWhoseDownstreamFailsAnswers502(t *testing.T) {
	status := http.StatusOK
	orders := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"service":"orders"}`))
	}))
	defer orders.Close()
	web := service{name: "web", version: "v2", calls: []string{orders.URL}, client: orders.Client()}
	for want, answer := range map[int]int{http.StatusOK: http.StatusOK, http.StatusBadGateway: http.StatusForbidden} {
		status = answer
		recorder := httptest.NewRecorder()
		web.routes().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/x", nil))
		var body reply
		if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if recorder.Code != want || body.Calls[0].Status != answer || recorder.Header().Get("x-app-version") != "v2" {
			t.Fatalf("downstream %d gave %d, %+v", answer, recorder.Code, body)
		}
		recorder = httptest.NewRecorder()
		web.routes().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/calls", nil))
		if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if recorder.Code != http.StatusOK || body.Calls[0].Status != answer {
			t.Fatalf("/calls with downstream %d gave %d, %+v", answer, recorder.Code, body)
		}
	}
}

func TestABrokenKeptConnectionIsAFailureAndNotARepetition(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			return // the first answer is good and leaves a kept connection
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		connection.Close()
	}))
	defer server.Close()
	client := server.Client()
	if _, err := get(client, server.URL); err != nil {
		t.Fatal(err)
	}
	if _, err := get(client, server.URL); err == nil {
		t.Fatal("the broken connection was hidden by a repetition")
	}
	if asked.Load() != 2 {
		t.Fatalf("the server was asked %d times, want 2", asked.Load())
	}
}

func TestHalfOfTheRequestsUseFreshConnections(t *testing.T) {
	var connections, requests atomic.Int32
	enough := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if requests.Add(1) == 40 {
			close(enough)
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	s := sender{targets: []string{server.URL}, rate: 100, kept: server.Client(), record: newRecord(time.Now())}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go s.send(ctx)
	<-enough
	// Twenty fresh ones and a few kept ones, as many as were under way at once.
	if got := connections.Load(); got < 20 || got > 30 {
		t.Fatalf("40 requests used %d connections", got)
	}
}

func TestNothingIsCutOffWhenTheLoadEnds(t *testing.T) {
	release := make(chan struct{})
	started := make(chan struct{}, 100)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		started <- struct{}{}
		<-release
	}))
	defer server.Close()
	record := newRecord(time.Now())
	s := sender{targets: []string{server.URL}, rate: 100, kept: server.Client(), record: record}
	ctx, cancel := context.WithCancel(context.Background())
	sent := make(chan struct{})
	go func() {
		s.send(ctx)
		close(sent)
	}()
	<-started
	cancel()
	select {
	case <-sent:
		t.Fatal("ended while a request was under way")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	<-sent
	if counts := record.snapshot(); counts.Failed != 0 || counts.Total == 0 {
		t.Fatalf("%d of %d failed", counts.Failed, counts.Total)
	}
}
