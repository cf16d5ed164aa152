package cli

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/plik"
)

// Exit codes, as the help tells of them.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitPartial     = 3
	exitNotAllowed  = 4
	exitNotFound    = 5
	exitLimit       = 6
	exitNetwork     = 7
	exitInterrupted = 130
)

// codedError is an error that has its own exit code.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

func coded(code int, err error) error { return &codedError{code, err} }

// usage makes an error of what was asked for in a wrong way.
func usage(text string) error { return coded(exitUsage, errors.New(text)) }

// saidError is an error that the user knows of already.
type saidError struct{ err error }

func (e *saidError) Error() string { return e.err.Error() }
func (e *saidError) Unwrap() error { return e.err }

// exitCode returns the exit code of an error.
func exitCode(err error) int {
	if e, ok := errors.AsType[*codedError](err); ok {
		return e.code
	}
	if _, ok := errors.AsType[*args.Error](err); ok {
		return exitUsage
	}
	if errors.Is(err, errInterrupted) {
		return exitInterrupted
	}
	if e, ok := errors.AsType[*plik.Error](err); ok {
		return exitOfAnswer(e)
	}
	if network(err) {
		return exitNetwork
	}
	return exitFailure
}

// limitCodes are the codes of refusals for a limit that come with status 400 or 403.
func limitCodes() []string {
	return []string{"file_too_large", "too_many_files", "quota_exceeded", "ttl_too_long", "ttl_infinite", "comments_too_long"}
}

func exitOfAnswer(e *plik.Error) int {
	switch {
	case slices.Contains(limitCodes(), e.Code):
		return exitLimit
	case e.Code == "" && e.Status == http.StatusBadRequest && limitText(e.Text):
		return exitLimit
	}
	if e.Code == "anonymous_refused" || e.Code == "feature_disabled" || e.Code == "" && disabledText(e.Text) {
		return exitNotAllowed
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return exitNotAllowed
	case http.StatusNotFound, http.StatusGone:
		return exitNotFound
	case http.StatusRequestEntityTooLarge, http.StatusTooManyRequests, http.StatusInsufficientStorage:
		return exitLimit
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return exitNetwork
	}
	return exitFailure
}

// limitText tells what servers without codes say of limits.
func limitText(text string) bool {
	return slices.ContainsFunc([]string{
		"file too big", "too many files", "maximum number file per upload reached", "invalid TTL", "cannot set infinite TTL", "quota",
	}, func(part string) bool { return strings.Contains(text, part) })
}

// disabledText tells what servers without codes say of what they do not allow.
func disabledText(text string) bool {
	return strings.Contains(text, "are disabled") || strings.Contains(text, "is disabled")
}

// network tells whether err is one of the connection. Errors of files look like it to net.Error.
func network(err error) bool {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Op != "parse"
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, io.ErrUnexpectedEOF)
}

// joinedOrNil joins errors; its exit code is that of the first.
func joinedOrNil(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return joined(errs)
}

// joined joins errors, of which there is one at least; its exit code is that of all, or of a part that failed.
func joined(errs []error) error {
	code := exitCode(errs[0])
	lines := make([]string, len(errs))
	for i, err := range errs {
		lines[i] = err.Error()
		if exitCode(err) != code {
			code = exitPartial
		}
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return coded(code, errors.New(strings.Join(lines, "\n")))
}
