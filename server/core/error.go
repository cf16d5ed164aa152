package core

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is, for those who must react to it.
type Kind uint8

// The kinds of failure. KindInternal is what any unknown error counts as.
const (
	KindInternal Kind = iota
	KindInvalid
	KindUnauthenticated
	KindForbidden
	KindNotFound
	KindConflict
	KindGone
	KindTooLarge
	KindRateLimited
	KindNoSpace
	KindUnavailable
	KindUnsupported
	KindCount // how many kinds there are, not a kind
)

// Error is a failure with a text a client may read.
type Error struct {
	Kind Kind
	Code string // stable, for programs: "file_too_large"
	Text string // for people, one sentence
	Err  error  // the cause: logged, never shown to a client
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Text
	}
	return e.Text + " : " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Because returns a copy of e with err as its cause.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// E makes an Error; text is formatted with args.
func E(kind Kind, code, text string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Text: fmt.Sprintf(text, args...)}
}

// KindOf returns the kind of the first *Error in err's chain, KindInternal without one.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindInternal
}
