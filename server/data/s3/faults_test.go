package s3_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// times returns a function that is true the first n times.
func times(n int32) func() bool {
	var count atomic.Int32
	return func() bool { return count.Add(1) <= n }
}

func TestPutRetries(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int{"one request": 1000, "parts": 12 * mib} {
		for fault, harm := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
			"busy":      func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w, 503, "SlowDown", "slow down") },
			"no answer": func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) },
			"lost":      func(_ http.ResponseWriter, r *http.Request, f http.Handler) { lose(r, f) },
			"damaged": func(w http.ResponseWriter, r *http.Request, f http.Handler) {
				r.Body = http.MaxBytesReader(w, &flipping{r.Body}, 1<<40)
				f.ServeHTTP(w, r)
			},
		} {
			for step, is := range map[string]func(*http.Request) bool{"whole": isWhole, "part": isPart, "complete": isComplete} {
				if fault == "damaged" && step == "complete" {
					continue // it is signed
				}
				t.Run(name+", "+fault+" "+step, func(t *testing.T) {
					t.Parallel()
					s, p := proxied(t, nil)
					twice := times(2)
					p.set(func(w http.ResponseWriter, r *http.Request, f http.Handler) bool {
						if !is(r) || !twice() {
							return false
						}
						harm(w, r, f)
						return true
					})
					want := content(3, length)
					requireObject(t, s, put(t, s, newKey(), want, -1), want)
				})
			}
		}
	}
}

// A store that never answers one request: without the part there is no object; of the last request
// it is seen that it was done.
func TestPutGivesUp(t *testing.T) {
	t.Parallel()
	for step, is := range map[string]func(*http.Request) bool{"whole": isWhole, "part": isPart, "complete": isComplete} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s, p := proxied(t, nil)
			s.Hurry(200*time.Millisecond, time.Second)
			p.set(func(_ http.ResponseWriter, r *http.Request, f http.Handler) bool {
				if is(r) {
					lose(r, f)
				}
				return false
			})
			key, length := newKey(), 12*mib
			if step == "whole" {
				length = 1000
			}
			_, err := s.Put(t.Context(), key, plain(content(4, length)), -1)
			if step != "part" {
				require.NoError(t, err)
				requireObject(t, s, key, content(4, length))
				return
			}
			require.Equal(t, core.KindUnavailable, core.KindOf(err), "%v", err)
			requireNothing(t, s, key)
		})
	}
}

func TestNoSpace(t *testing.T) {
	t.Parallel()
	for code, status := range map[string]int{
		"XMinioStorageFull": 507, "XMinioAdminBucketQuotaExceeded": 400, "QuotaExceeded": 403, "Other": 507,
	} {
		for step, is := range map[string]func(*http.Request) bool{"whole": isWhole, "part": isPart, "complete": isComplete} {
			t.Run(code+" "+step, func(t *testing.T) {
				t.Parallel()
				s, p := proxied(t, nil)
				p.set(func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
					if is(r) {
						refuse(w, status, code, "full")
					}
					return is(r)
				})
				key, length := newKey(), 12*mib
				if step == "whole" {
					length = 1000
				}
				_, err := s.Put(t.Context(), key, plain(content(5, length)), -1)
				require.Equal(t, core.KindNoSpace, core.KindOf(err), "%v", err)
				requireNothing(t, s, key)
			})
		}
	}
}

// Somebody leaves while the last request is on its way: the object is there, or it is not.
func TestLeaveAtTheEnd(t *testing.T) {
	t.Parallel()
	for step, is := range map[string]func(*http.Request) bool{"whole": isWhole, "complete": isComplete} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s, p := proxied(t, nil)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p.set(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
				if is(r) {
					cancel()
				}
				return false
			})
			key, length := newKey(), 12*mib
			if step == "whole" {
				length = 1000
			}
			_, err := s.Put(ctx, key, plain(content(6, length)), -1)
			require.NoError(t, err)
			requireObject(t, s, key, content(6, length))
		})
	}
}

// Finishing whose answer is lost is done when it is asked for again, with the same details.
func TestFinishLost(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int{"small": 1000, "parts": 12 * mib} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := proxied(t, nil)
			s.Hurry(100*time.Millisecond, time.Second)
			key, want := newKey(), content(7, length)
			appendTo(t, s, key.File, 0, want)
			lost := times(100)
			p.set(func(_ http.ResponseWriter, r *http.Request, f http.Handler) bool {
				if (isComplete(r) || r.Method == http.MethodDelete || isWhole(r)) && lost() {
					lose(r, f)
				}
				return false
			})
			_, err := s.Finish(t.Context(), key.File, key, int64(length))
			require.Error(t, err)
			p.set(nil)
			for range 2 {
				stored, err := s.Finish(t.Context(), key.File, key, int64(length))
				require.NoError(t, err)
				require.EqualValues(t, length, stored.Size)
			}
			requireObject(t, s, key, want)
		})
	}
}

func appendTo(t *testing.T, s data.Appender, id core.FileID, offset int64, b []byte) {
	t.Helper()
	p, err := s.Append(t.Context(), id, offset)
	require.NoError(t, err)
	_, err = p.Write(b)
	require.NoError(t, err)
	require.NoError(t, p.Sync())
	require.NoError(t, p.Close())
}

// flipping damages what passes.
type flipping struct {
	rc interface {
		Read([]byte) (int, error)
		Close() error
	}
}

func (f *flipping) Read(p []byte) (int, error) {
	n, err := f.rc.Read(p)
	if n > 0 {
		p[0] ^= 1
	}
	return n, err
}

func (f *flipping) Close() error { return f.rc.Close() }
