package main

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	keptFailures = 200
	keptSeconds  = 3600
)

// failure is one request that did not bring a status below 400.
type failure struct {
	Time   time.Time `json:"time"`
	Target string    `json:"target"`
	Status int       `json:"status,omitempty"`
	Error  string    `json:"error,omitempty"`
}

type perTarget struct {
	Total  int `json:"total"`
	Failed int `json:"failed"`
}

// epoch holds what was counted since the start or the last reset.
type epoch struct {
	ID               string               `json:"id"`
	StartTime        time.Time            `json:"startTime"`
	Total            int                  `json:"total"`
	Failed           int                  `json:"failed"`
	ByTarget         map[string]perTarget `json:"byTarget"`
	ByStatus         map[string]int       `json:"byStatus"` // the status, or "error" when there was none
	MaxGapMs         int64                `json:"maxGapMs"` // longest time between the beginnings of two requests
	SlowestMs        int64                `json:"slowestMs"`
	FirstFailureTime *time.Time           `json:"firstFailureTime,omitempty"`
	LastFailureTime  *time.Time           `json:"lastFailureTime,omitempty"`
	Failures         []failure            `json:"failures"` // the last ones, oldest first
}

// second counts the requests that began in one second. Requests still under way are not in it.
type second struct {
	Second time.Time `json:"second"`
	Total  int       `json:"total"`
	Failed int       `json:"failed"`
}

// record is safe for use by several goroutines.
type record struct {
	mu       sync.Mutex
	now      epoch
	lastSent time.Time
	seconds  [keptSeconds]second
}

func newRecord(at time.Time) *record {
	return &record{now: newEpoch("start", at)}
}

func newEpoch(id string, at time.Time) epoch {
	return epoch{ID: id, StartTime: at.UTC(), ByTarget: map[string]perTarget{}, ByStatus: map[string]int{}, Failures: []failure{}}
}

// began notes that a request is sent now.
func (r *record) began(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.lastSent.IsZero() {
		r.now.MaxGapMs = max(r.now.MaxGapMs, at.Sub(r.lastSent).Milliseconds())
	}
	r.lastSent = at
}

// ended counts a request under the moment it began.
func (r *record) ended(began time.Time, took time.Duration, target string, status int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	failed := err != nil || status >= http.StatusBadRequest
	r.countSecond(began, failed)
	if began.Before(r.now.StartTime) {
		return // it belongs to the epoch before, whose counts have been handed out
	}
	r.now.Total++
	r.now.SlowestMs = max(r.now.SlowestMs, took.Milliseconds())
	counts := r.now.ByTarget[target]
	counts.Total++
	word := strconv.Itoa(status)
	if err != nil {
		word = "error"
	}
	r.now.ByStatus[word]++
	if failed {
		counts.Failed++
		r.fail(failure{Time: began.UTC(), Target: target, Status: status}, err)
	}
	r.now.ByTarget[target] = counts
}

func (r *record) fail(f failure, err error) {
	if err != nil {
		f.Error = err.Error()
	}
	r.now.Failed++
	if r.now.FirstFailureTime == nil || f.Time.Before(*r.now.FirstFailureTime) {
		r.now.FirstFailureTime = &f.Time
	}
	if r.now.LastFailureTime == nil || f.Time.After(*r.now.LastFailureTime) {
		r.now.LastFailureTime = &f.Time
	}
	r.now.Failures = append(r.now.Failures, f)
	if len(r.now.Failures) > keptFailures {
		r.now.Failures = r.now.Failures[1:]
	}
}

func (r *record) countSecond(at time.Time, failed bool) {
	slot := &r.seconds[at.Unix()%keptSeconds]
	start := at.UTC().Truncate(time.Second)
	if slot.Second.After(start) {
		return // older than what is kept
	}
	if !slot.Second.Equal(start) {
		*slot = second{Second: start}
	}
	slot.Total++
	if failed {
		slot.Failed++
	}
}

func (r *record) snapshot() epoch {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now.copied()
}

func (e epoch) copied() epoch {
	copied := newEpoch(e.ID, e.StartTime)
	byTarget, byStatus := copied.ByTarget, copied.ByStatus
	for target, counts := range e.ByTarget {
		byTarget[target] = counts
	}
	for status, count := range e.ByStatus {
		byStatus[status] = count
	}
	failures := append([]failure{}, e.Failures...)
	copied = e
	copied.ByTarget, copied.ByStatus, copied.Failures = byTarget, byStatus, failures
	return copied
}

// epochs is the answer to a reset: the counts that ended and the epoch that began.
type epochs struct {
	ID        string    `json:"id"`
	StartTime time.Time `json:"startTime"`
	Previous  epoch     `json:"previous"`
}

func (r *record) reset(at time.Time, id string) epochs {
	r.mu.Lock()
	defer r.mu.Unlock()
	previous := r.now
	r.now = newEpoch(id, at)
	return epochs{ID: id, StartTime: r.now.StartTime, Previous: previous}
}

// span is the answer to a question about a period.
type span struct {
	Since   time.Time `json:"since"`
	Total   int       `json:"total"`
	Failed  int       `json:"failed"`
	Seconds []second  `json:"seconds"` // those with requests, oldest first
	// Of the requests that began in the period and failed, the last ones that are kept.
	Failures []failure `json:"failures"`
}

func (r *record) period(since time.Time) span {
	r.mu.Lock()
	defer r.mu.Unlock()
	result := span{Since: since.UTC(), Seconds: []second{}, Failures: []failure{}}
	for _, f := range r.now.Failures {
		if !f.Time.Before(since) {
			result.Failures = append(result.Failures, f)
		}
	}
	from := since.UTC().Truncate(time.Second)
	first := max(from.Unix(), r.newest().Unix()-keptSeconds+1)
	for unix := first; unix <= r.newest().Unix(); unix++ {
		slot := r.seconds[unix%keptSeconds]
		if slot.Second.Unix() != unix {
			continue
		}
		result.Total += slot.Total
		result.Failed += slot.Failed
		result.Seconds = append(result.Seconds, slot)
	}
	return result
}

func (r *record) newest() time.Time {
	if r.lastSent.IsZero() {
		return r.now.StartTime
	}
	return r.lastSent
}
