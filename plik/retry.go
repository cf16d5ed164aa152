package plik

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Retry says how often and how long to try again what failed on the way. Only what is safe to repeat
// is repeated: reading, deleting, sending the bytes of a file that the server can tell apart, and
// whatever certainly did not reach the server. The zero Retry stands for the defaults.
type Retry struct {
	Attempts int           // of one request, the first included; 0: 4, 1: never try again
	Min, Max time.Duration // of the pause, which doubles each time; 0: 250 ms and 15 s

	// GiveUp ends a resumable upload or a download that did not advance for so long, in spite of
	// trying; 0: 5 minutes. Attempts does not count for those.
	GiveUp time.Duration
}

func (r Retry) withDefaults() Retry {
	set := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	if r.Attempts <= 0 {
		r.Attempts = 4
	}
	set(&r.Min, 250*time.Millisecond)
	set(&r.Max, 15*time.Second)
	set(&r.GiveUp, 5*time.Minute)
	r.Max = max(r.Min, r.Max)
	return r
}

// maxRetryAfter bounds what a server may ask for.
const maxRetryAfter = 2 * time.Minute

// pause returns how long to wait before trying again after n failures (n > 0): exponential, with jitter so
// that clients do not come back all at once, and no less than the server asks for.
func (r Retry) pause(n int, err error) time.Duration {
	d := r.Max
	if n < 30 {
		d = min(r.Max, r.Min<<(n-1))
	}
	d = d/2 + rand.N(d/2+1)
	if e, ok := errors.AsType[*Error](err); ok {
		d = max(d, min(e.RetryAfter, maxRetryAfter))
	}
	return d
}

// sleep waits, less when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// safety says which failures may be repeated.
type safety int

const (
	once       safety = iota // only what did not reach the server, or was turned away before it did anything
	idempotent               // whatever may go better next time
)

// passing tells whether err may be gone next time.
func (s safety) passing(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		switch e.Status {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			return true
		case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusGatewayTimeout:
			return s == idempotent
		}
		return false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if unsent(err) {
		return true
	}
	_, network := errors.AsType[*transportError](err)
	return network && s == idempotent
}

// unsent tells whether err means that no connection came about.
func unsent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "dial" {
		return false
	}
	dns, ok := errors.AsType[*net.DNSError](err)
	return !ok || !dns.IsNotFound
}

// transportError is a failure of the connection, of which nobody knows how far the request came.
type transportError struct{ err error }

func (e *transportError) Error() string { return e.err.Error() }
func (e *transportError) Unwrap() error { return e.err }

// again runs f until it succeeds, fails for good or has failed too often.
func (r Retry) again(ctx context.Context, s safety, f func(attempt int) error) error {
	r = r.withDefaults()
	for n := 1; ; n++ {
		err := f(n)
		if err == nil || n >= r.Attempts || ctx.Err() != nil || !s.passing(err) {
			return err
		}
		if sleep(ctx, r.pause(n, err)) != nil {
			return err
		}
	}
}

// parseRetryAfter reads seconds or a date (RFC 9110, 10.2.3); zero for anything else.
func parseRetryAfter(v string, now time.Time) time.Duration {
	v = strings.TrimSpace(v)
	if n, err := strconv.Atoi(v); err == nil {
		if n <= 0 {
			return 0
		}
		return min(time.Duration(min(n, 1<<30))*time.Second, 24*time.Hour)
	}
	t, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	return min(max(0, t.Sub(now)), 24*time.Hour)
}
