package metadata

import (
	"fmt"
	"strings"
	"time"
)

// timeLayout is how times are written: in UTC, so that the order of the texts is the order
// of the times, with all digits.
const timeLayout = "2006-01-02 15:04:05.000000000-07:00"

// timeLayouts are the forms that may be found, most likely first. A fraction of a second
// is accepted by each that has seconds. Without a zone it is UTC.
var timeLayouts = [...]string{
	timeLayout,
	"2006-01-02 15:04:05-07:00",
	"2006-01-02T15:04:05-07:00",
	"2006-01-02 15:04:05Z",
	"2006-01-02T15:04:05Z",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05 -0700 MST",
	"2006-01-02 15:04",
	"2006-01-02T15:04",
	"2006-01-02",
}

// lastTime is the last one whose text has the right length and order.
var lastTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// formatTime returns the text of t, or nil (NULL) for the zero time.
func formatTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return timeText(t)
}

// timeArg is the text of a time as the argument of a statement. SQLite keeps it as it is; for
// the others it becomes a time of theirs again, see dialect.values.
type timeArg string

func timeText(t time.Time) timeArg {
	if t.After(lastTime) {
		t = lastTime
	}
	return timeArg(t.UTC().Format(timeLayout))
}

// parseTime understands any of the forms; the empty text is the zero time.
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	s = strings.TrimSpace(s)
	if i := strings.Index(s, " m="); i > 0 { // the mark of a monotonic clock
		s = s[:i]
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time", s)
}
