package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Asker asks people. Questions go to Out, answers come from In, which is read byte by byte, so that what follows an
// answer is left for others.
type Asker struct {
	In  *os.File
	Out io.Writer
}

// maxAnswer bounds a line, in bytes.
const maxAnswer = 64 << 10

// Errors of answers, in words that users know.
var (
	errMore  = errors.New("expected newline")
	errEmpty = errors.New("unexpected newline")
)

// Line returns the line that is answered, without its end. It fails with io.EOF when there is none.
func (a *Asker) Line(ctx context.Context, question string) (string, error) {
	fmt.Fprint(a.Out, question)
	return await(ctx, a.line)
}

// Word returns the one word that is answered; an empty line is "".
func (a *Asker) Word(ctx context.Context, question string) (string, error) {
	line, err := a.Line(ctx, question)
	if err != nil {
		return "", err
	}
	words := strings.Fields(line)
	switch len(words) {
	case 0:
		return "", nil
	case 1:
		return words[0], nil
	}
	return "", errMore
}

// Secret returns what is answered, which a terminal does not show. It is not empty.
func (a *Asker) Secret(ctx context.Context, question string) (string, error) {
	fmt.Fprint(a.Out, question)
	var text string
	var err error
	if Is(a.In) {
		text, err = hidden(ctx, int(a.In.Fd()))
		fmt.Fprintln(a.Out)
	} else {
		text, err = await(ctx, a.line)
	}
	if err == nil && text == "" {
		err = errEmpty
	}
	return text, err
}

// Confirm asks a question that is answered with y or n; an empty line is otherwise. Whatever else is answered is asked
// again, twice at most.
func (a *Asker) Confirm(ctx context.Context, question string, otherwise bool) (bool, error) {
	hint := " [y/N] "
	if otherwise {
		hint = " [Y/n] "
	}
	for range 3 {
		line, err := a.Line(ctx, question+hint)
		if err != nil {
			//lint:ignore ST1005 a phrase users know
			return false, fmt.Errorf("Unable to ask for confirmation : %w", err)
		}
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "":
			return otherwise, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
	}
	//lint:ignore ST1005 a phrase users know
	return false, errors.New("Unable to ask for confirmation : the answer is y or n")
}

func (a *Asker) line() (string, error) {
	var out []byte
	var b [1]byte
	for len(out) < maxAnswer {
		n, err := a.In.Read(b[:])
		switch {
		case n == 1 && b[0] == '\n':
			return strings.TrimSuffix(string(out), "\r"), nil
		case n == 1:
			out = append(out, b[0])
		case err == nil:
		case errors.Is(err, io.EOF) && len(out) > 0:
			return string(out), nil
		default:
			return "", err
		}
	}
	return "", errors.New("the answer is too long")
}

// hidden reads a line from a terminal, which shows what is typed again when ctx ends.
func hidden(ctx context.Context, fd int) (string, error) {
	state, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	p, err := await(ctx, func() (string, error) {
		p, err := term.ReadPassword(fd)
		return string(p), err
	})
	return p, errors.Join(err, term.Restore(fd, state))
}

// await returns what read does, or fails when ctx ends. Then the reading goes on, as nothing stops it, until
// the process ends.
func await(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	got := make(chan result, 1)
	go func() {
		text, err := read()
		got <- result{text, err}
	}()
	select {
	case r := <-got:
		return r.text, r.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
