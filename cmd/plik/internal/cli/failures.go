package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/term"
)

// failure is a file that was not sent.
type failure struct {
	name string
	err  error
}

func (n *sending) failures() []failure {
	var out []failure
	for _, f := range n.files {
		if err := f.Error(); err != nil {
			out = append(out, failure{f.Name, err})
		}
	}
	return out
}

// sayFailed says what went wrong with each file, a line each.
func (n *sending) sayFailed(failed []failure) {
	for _, f := range failed {
		fmt.Fprintf(n.err, "%s : %s\n", term.Line(f.name), term.Clean(strings.TrimSpace(f.err.Error())))
	}
}

// allFailed ends a run without any success: what could be gone on with is kept, all else is deleted again.
func (n *sending) allFailed(failed []failure) error {
	n.sayFailed(failed)
	code := exitCode(failed[0].err)
	for _, f := range failed {
		if exitCode(f.err) != code {
			code = exitPartial
		}
	}
	err := error(&saidError{coded(code, errors.New("no file was sent"))})
	if code == exitNetwork && n.sayResume() {
		return err
	}
	return n.cleaned(err)
}

// interrupted ends a run that the user stopped.
func (n *sending) interrupted() error {
	n.settle(false)
	fmt.Fprintln(n.err, "Interrupted")
	err := error(&saidError{errInterrupted})
	if n.sayResume() {
		return err
	}
	return n.cleaned(err)
}

// sayResume says how to go on later, if that makes sense.
func (n *sending) sayResume() bool {
	if n.kept == nil || !n.kept.Resumable() {
		return false
	}
	n.note("The upload is kept, go on with : plik resume %s", n.upload.ID())
	return true
}

// cleaned deletes an upload that nobody has any use for, and returns err.
func (n *sending) cleaned(err error) error {
	if n.added {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if lost := n.upload.DeleteContext(ctx); lost != nil {
		n.note("note: the upload %s could not be deleted : %s", n.upload.ID(), lost)
		return err
	}
	n.forget()
	return err
}
