package plik

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/root-gg/plik/plik/api"
)

// Error is an answer of the server that says no. Get at it with errors.As.
type Error struct {
	Status int    // HTTP status
	Code   string // stable name, such as "upload_not_found"; empty when the server gives none
	Text   string // what the server says, for people; may be empty
	Ref    string // what to look for in the server's log; empty when there is none

	RetryAfter time.Duration // how long the server asks to wait; zero: it does not say
}

// Error returns "404 Not Found : upload x not found".
func (e *Error) Error() string {
	status := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	if e.Text == "" {
		return strings.TrimSpace(status)
	}
	return strings.TrimSpace(status) + " : " + e.Text
}

// Errors that tests of programs ask for with errors.Is.
var (
	// ErrDigest means that the bytes at the other side are not the ones that were sent or announced.
	ErrDigest = errors.New("the bytes were altered on their way")
	// ErrChanged means that a file is not the one that it was when its transfer began.
	ErrChanged = errors.New("the file has changed")
)

var (
	errNotCreated = errors.New("upload has not been created yet")
	errNotSent    = errors.New("file has not been uploaded yet")
)

// maxErrorBody is how much of a refusal is read, in bytes.
const maxErrorBody = 64 << 10

// readError makes an Error of an answer, whose body it reads but does not close.
func readError(resp *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // what could be read tells enough
	e := parseError(resp.StatusCode, resp.Header.Get("Content-Type"), body)
	e.RetryAfter = parseRetryAfter(resp.Header.Get("Retry-After"), time.Now())
	if e.Ref == "" && e.Status >= 500 {
		e.Ref = resp.Header.Get("X-Request-Id")
	}
	return e
}

// parseError understands problem objects (RFC 9457) and plain text.
func parseError(status int, contentType string, body []byte) *Error {
	e := &Error{Status: status}
	if kind, _, _ := strings.Cut(contentType, ";"); strings.TrimSpace(strings.ToLower(kind)) == "application/problem+json" {
		var p api.Problem
		if json.Unmarshal(body, &p) == nil && (p.Detail != "" || p.Title != "") {
			e.Code, e.Ref, e.Text = p.Code, p.Ref, printable(p.Detail)
			if e.Text == "" {
				e.Text = printable(p.Title)
			}
			return e
		}
	}
	e.Text = printable(string(body))
	return e
}

// printable makes text of a server fit for a terminal: valid UTF-8 without control characters.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

// statusOf returns the status of a refusal in err, zero when there is none.
func statusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

// filesError tells of the files of an upload that failed.
type filesError struct{ errs []error }

func (e *filesError) Error() string {
	return "failed to upload at least one file. Check each file status for more details"
}

// Unwrap returns what went wrong with each.
func (e *filesError) Unwrap() []error { return e.errs }
