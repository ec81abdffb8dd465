package main

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func TestAnErrorAndAStatusFrom400AreFailures(t *testing.T) {
	r := newRecord(noon)
	r.ended(noon, 0, "a", 200, nil)
	r.ended(noon, 70*time.Millisecond, "a", 503, nil)
	r.ended(noon.Add(time.Second), 0, "b", 0, errors.New("connection reset"))
	got := r.snapshot()
	if got.Total != 3 || got.Failed != 2 || got.ByTarget["a"] != (perTarget{2, 1}) || got.ByStatus["error"] != 1 || got.SlowestMs != 70 {
		t.Fatalf("wrong counts: %+v", got)
	}
	if !got.FirstFailureTime.Equal(noon) || !got.LastFailureTime.Equal(noon.Add(time.Second)) {
		t.Fatalf("wrong failure times: %v %v", got.FirstFailureTime, got.LastFailureTime)
	}
}

func TestAResetHandsOutTheOldCountsAndStartsAtZero(t *testing.T) {
	r := newRecord(noon)
	r.ended(noon, 0, "a", 503, nil)
	answer := r.reset(noon.Add(time.Minute), "second")
	r.ended(noon.Add(30*time.Second), 0, "a", 503, nil) // began before the reset
	r.ended(noon.Add(61*time.Second), 0, "a", 200, nil)
	got := r.snapshot()
	if answer.Previous.Failed != 1 || got.ID != "second" || got.Total != 1 || got.Failed != 0 {
		t.Fatalf("previous %+v, now %+v", answer.Previous, got)
	}
}

func TestTheLongestGapIsBetweenTwoBeginnings(t *testing.T) {
	r := newRecord(noon)
	for _, ms := range []int{0, 10, 260, 270} {
		r.began(noon.Add(time.Duration(ms) * time.Millisecond))
	}
	if got := r.snapshot().MaxGapMs; got != 250 {
		t.Fatalf("gap %d ms, want 250", got)
	}
}

func TestAPeriodHoldsOnlyItsSeconds(t *testing.T) {
	r := newRecord(noon)
	for i := range 10 {
		at := noon.Add(time.Duration(i) * time.Second)
		r.began(at)
		r.ended(at, 0, "a", 200+i/5*303, nil) // the last five fail
	}
	got := r.period(noon.Add(4 * time.Second))
	if got.Total != 6 || got.Failed != 5 || len(got.Seconds) != 6 || !got.Seconds[0].Second.Equal(noon.Add(4*time.Second)) {
		t.Fatalf("wrong period: %+v", got)
	}
}

func TestSecondsOlderThanAnHourAreOverwritten(t *testing.T) {
	r := newRecord(noon)
	r.ended(noon, 0, "a", 503, nil)
	late := noon.Add(keptSeconds * time.Second)
	r.began(late)
	r.ended(late, 0, "a", 200, nil)
	if got := r.period(noon); got.Total != 1 || got.Failed != 0 {
		t.Fatalf("an old second is still counted: %+v", got)
	}
}

func TestOnlyTheLastFailuresAreKept(t *testing.T) {
	r := newRecord(noon)
	for i := range keptFailures + 5 {
		r.ended(noon, 0, fmt.Sprint(i), 503, nil)
	}
	got := r.snapshot()
	if len(got.Failures) != keptFailures || got.Failures[0].Target != "5" || got.Failed != keptFailures+5 {
		t.Fatalf("%d failures kept, the first is of %s", len(got.Failures), got.Failures[0].Target)
	}
}
