package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxText is how much of a text is written, in bytes.
const maxText = 1024

// timeFormat is RFC 3339 with milliseconds, always in UTC.
const timeFormat = "2006-01-02T15:04:05.000Z"

// record is an Event as it is written: what is empty is left out, the order never changes.
type record struct {
	Time   string `json:"time"`
	Action string `json:"action"`
	Result string `json:"result"`
	Actor  string `json:"actor,omitempty"`
	As     string `json:"as,omitempty"`
	Target string `json:"target,omitempty"`
	IP     string `json:"ip,omitempty"`
	Detail string `json:"detail,omitempty"`
	Ref    string `json:"ref,omitempty"`
}

// line returns the line of an event, with its newline.
func line(e Event, now time.Time) ([]byte, error) {
	r := record{
		Time:   now.UTC().Format(timeFormat),
		Action: shorten(e.Action),
		Result: shorten(e.Result),
		Actor:  shorten(string(e.Actor)),
		As:     shorten(string(e.As)),
		Target: shorten(e.Target),
		Detail: shorten(e.Detail),
		Ref:    shorten(e.Ref),
	}
	if e.IP.IsValid() {
		r.IP = shorten(e.IP.Unmap().String()) // a zone may be any text
	}
	if r.Result == "" {
		r.Result = OK
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, err
	}
	return append(visible(b.Bytes()[:b.Len()-1]), '\n'), nil
}

// shorten cuts a text that is longer than maxText, between characters, and marks the cut. What
// is not UTF-8 is replaced.
func shorten(s string) string {
	const mark = "…"
	long := len(s) > maxText
	s = strings.ToValidUTF8(s[:min(len(s), maxText)], "\uFFFD") // which may have made it longer or shorter
	if !long && len(s) <= maxText {
		return s
	}
	end := min(len(s), maxText-len(mark))
	for end < len(s) && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}

// visible escapes what the encoder leaves as it is but a terminal or a viewer may act on: control
// characters beyond ASCII, and marks that turn the direction of a text or are not seen. They
// are inside of strings only.
func visible(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, r := range string(b) {
		switch {
		case !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r):
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}
