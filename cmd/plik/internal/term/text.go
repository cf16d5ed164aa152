// Package term is what plik does at a terminal: text that cannot command it, questions, progress, the clipboard.
package term

import (
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// Clean makes text of others harmless for a terminal: control characters, and those that make text read other than
// it is, become "?". Tabs and line breaks stay.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && hostile(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// Line is Clean for what has to stay on one line.
func Line(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, Clean(s))
}

// hostile tells what commands a terminal, starts a line, or makes text read other than it is.
func hostile(r rune) bool {
	if r <= unicode.MaxLatin1 {
		return unicode.IsControl(r)
	}
	return unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// Is tells whether f is a terminal.
func Is(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }

// Width returns how many columns a terminal has, 80 when it does not say.
func Width(f *os.File) int {
	if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
		return w
	}
	return 80
}
