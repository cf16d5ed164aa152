package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// results is where results go. It remembers that they did not get there: a password or a token
// that nobody saw is no success.
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

// printJSON prints v, indented.
func (a *app) printJSON(v any) error {
	text, err := toJSON(v, "")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, text)
	return err
}

// toJSON returns v as JSON that a terminal shows as it is: encoding/json leaves DEL and the control
// characters above it alone. Every line but the first begins with indent.
func toJSON(v any, indent string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // this is no web page
	enc.SetIndent(indent, "  ")
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	text := strings.TrimSuffix(b.String(), "\n")
	commands := func(r rune) bool { return r != '\n' && hostile(r) } // only texts hold any
	if !strings.ContainsFunc(text, commands) {
		return text, nil
	}
	var out strings.Builder
	for _, r := range text {
		if commands(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String(), nil
}

// listing is how a list is printed.
type listing[T any] struct {
	text   func(T) string // a line
	object func(T) any    // for JSON
}

// print prints what walk comes by, a line each or as one JSON list. Nothing of it is kept: a list
// may be of any length.
func (l listing[T]) print(a *app, asJSON bool, walk func(show func(T) error) error) error {
	w := bufio.NewWriterSize(a.out, 64<<10)
	show := func(item T) error {
		_, err := fmt.Fprintln(w, terminalText(l.text(item)))
		return err
	}
	n := 0
	if asJSON {
		show = func(item T) error {
			text, err := toJSON(l.object(item), "  ")
			if err != nil {
				return err
			}
			before := ",\n  "
			if n++; n == 1 {
				before = "[\n  "
			}
			_, err = w.WriteString(before + text)
			return err
		}
	}
	err := walk(show)
	if err == nil && asJSON {
		end := "\n]\n"
		if n == 0 {
			end = "[]\n"
		}
		_, err = w.WriteString(end)
	}
	if flushed := w.Flush(); err == nil { // a Writer that failed says so again
		err = flushed
	}
	return err
}
