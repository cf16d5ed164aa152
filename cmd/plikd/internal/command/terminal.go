package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// terminalText makes what users chose harmless for a terminal.
func terminalText(s string) string {
	return strings.Map(func(r rune) rune {
		if hostile(r) {
			return '?'
		}
		return r
	}, s)
}

// hostile tells what commands a terminal, starts a line, or makes text read other than it is.
func hostile(r rune) bool {
	if r <= unicode.MaxLatin1 {
		return unicode.IsControl(r)
	}
	return unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// confirm asks a question. No is the answer to anything but yes.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	fmt.Fprintln(a.err, terminalText(question)+" ? [y/N]")
	line, err := a.readLine(ctx)
	switch {
	case errors.Is(err, io.EOF) && line == "":
		//lint:ignore ST1005 a phrase operators know
		return false, fmt.Errorf("Unable to ask for confirmation : %w, use --yes where nobody can answer", err)
	case err != nil && !errors.Is(err, io.EOF):
		//lint:ignore ST1005 a phrase operators know
		return false, fmt.Errorf("Unable to ask for confirmation : %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}

// readLine reads a line, its end included, until ctx ends. Then the reading goes on, as nothing
// stops it, until the process ends.
func (a *app) readLine(ctx context.Context) (string, error) {
	return await(ctx, func() (string, error) {
		return bufio.NewReader(io.LimitReader(a.in, 64<<10)).ReadString('\n')
	})
}

// readPassword asks twice at a terminal, without showing what is typed, and else reads a line.
func (a *app) readPassword(ctx context.Context, id string) (string, error) {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := a.readLine(ctx)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, question := range []string{"New password for " + terminalText(id) + ": ", "Once more: "} {
		fmt.Fprint(a.err, question)
		p, err := readHidden(ctx, int(f.Fd()))
		fmt.Fprintln(a.err)
		if err != nil {
			return "", fmt.Errorf("read password: %w", err)
		}
		typed[i] = p
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ, nothing was changed")
	}
	return typed[0], nil
}

// readHidden reads a line from a terminal, which shows what is typed again when ctx ends.
func readHidden(ctx context.Context, fd int) (string, error) {
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

// await returns what read does, or fails when ctx ends.
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
