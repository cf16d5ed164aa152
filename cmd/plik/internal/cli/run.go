// Package cli is the command line of plik: sending files, and the commands beside it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/term"
)

// app is what all commands share.
type app struct {
	env []string
	in  *os.File
	out *results
	err *messages
	tty *os.File // where err goes
}

// Run runs the command line argv, without the name of the program, and returns the exit code. Results go to out,
// all else to errs, answers and content come from in. Ctrl-C and SIGTERM end it in good order.
func Run(argv, env []string, in, out, errs *os.File) int {
	ctx, stop := interruptible(context.Background())
	defer stop()
	a := &app{env: env, in: in, out: &results{w: out}, err: &messages{w: errs}, tty: errs}
	err := a.dispatch(ctx, argv)
	if a.out.err != nil && (err == nil || errors.Is(err, a.out.err)) {
		err = fmt.Errorf("unable to write the result : %w", a.out.err)
	}
	return a.report(ctx, err)
}

// getenv is os.Getenv for the environment of the run.
func (a *app) getenv(name string) string {
	for _, entry := range a.env {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			return v
		}
	}
	return ""
}

// asker asks about what is not content: questions go to stderr.
func (a *app) asker() *term.Asker { return &term.Asker{In: a.in, Out: a.err} }

// note says something on stderr that is no error.
func (a *app) note(format string, v ...any) {
	fmt.Fprintln(a.err, term.Clean(fmt.Sprintf(format, v...)))
}

// report says what went wrong, once, and returns the exit code.
func (a *app) report(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	code := exitCode(err)
	if ctx.Err() != nil {
		code = exitInterrupted
	}
	if e, ok := errors.AsType[*args.Error](err); ok {
		fmt.Fprintf(a.err, "%s\n\n%s", term.Clean(e.Text), usageText)
		return code
	}
	if _, said := errors.AsType[*saidError](err); !said {
		fmt.Fprintln(a.err, term.Clean(err.Error()))
	}
	return code
}

// results is where results go. It remembers that they did not get there.
type results struct {
	w   io.Writer
	err error
}

func (r *results) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.w.Write(p)
	r.err = err
	return n, err
}

// messages is where all goes that is no result. Progress that is on the screen has it written above.
type messages struct {
	mu    sync.Mutex
	w     io.Writer
	above io.Writer // nil: there is none
}

func (m *messages) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.above != nil {
		return m.above.Write(p)
	}
	return m.w.Write(p)
}

// show has progress shown until stop is called.
func (m *messages) show(p term.Progress) (stop func()) {
	set := func(w io.Writer) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.above = w
	}
	set(p.Above())
	return func() {
		set(nil)
		p.Close()
	}
}
