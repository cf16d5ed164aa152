package throttle

import (
	"errors"
	"fmt"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Wait is the cause of a refusal: how long to wait before the next attempt.
type Wait time.Duration

func (w Wait) Error() string { return "wait " + time.Duration(w).String() }

// RetryAfter returns how long to wait when err, or what it wraps, is a refusal of this package.
// It is more than zero; round it up for a Retry-After header (RFC 9110, section 10.2.3).
func RetryAfter(err error) (time.Duration, bool) {
	w, ok := errors.AsType[Wait](err)
	return time.Duration(w), ok
}

func refusal(wait time.Duration) error {
	seconds := (wait + time.Second - 1) / time.Second
	return &core.Error{
		Kind: core.KindRateLimited,
		Code: "too_many_attempts",
		Text: fmt.Sprintf("too many wrong attempts, try again in %d seconds", seconds),
		Err:  Wait(wait),
	}
}
