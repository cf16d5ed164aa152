package crypt

import (
	"bufio"
	"encoding/base64"
	"io"
)

// lineLen is that of the lines of openssl's base64.
const lineLen = 64

// textWriter writes base64, in lines unless told otherwise, each with its end.
type textWriter struct {
	enc   io.WriteCloser
	lines *lineWriter
	buf   *bufio.Writer // for the encoder writes little at once
}

func newTextWriter(w io.Writer, oneLine bool) *textWriter {
	t := &textWriter{buf: bufio.NewWriterSize(w, chunk)}
	w = t.buf
	if !oneLine {
		t.lines = &lineWriter{w: w}
		w = t.lines
	}
	t.enc = base64.NewEncoder(base64.StdEncoding, w)
	return t
}

func (t *textWriter) Write(p []byte) (int, error) {
	return t.enc.Write(p)
}

func (t *textWriter) Close() error {
	if err := t.enc.Close(); err != nil {
		return err
	}
	if t.lines != nil && t.lines.column > 0 {
		_ = t.buf.WriteByte('\n') // Flush repeats its error
	}
	return t.buf.Flush()
}

type lineWriter struct {
	w      io.Writer
	column int
	buf    []byte
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.buf = l.buf[:0]
	rest := p
	for len(rest) > 0 {
		n := min(len(rest), lineLen-l.column)
		l.buf = append(l.buf, rest[:n]...)
		rest = rest[n:]
		if l.column += n; l.column == lineLen {
			l.buf = append(l.buf, '\n')
			l.column = 0
		}
	}
	if _, err := l.w.Write(l.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}
