package dump

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// The first line of JSONLines.
const (
	lineFormat  = "plik-metadata"
	lineVersion = 1
)

type lineHeader struct {
	Format    string    `json:"format"`
	Version   int       `json:"version"`
	CreatedAt time.Time `json:"createdAt,omitzero"`
}

// line is any other line.
type line struct {
	Type   string `json:"type"`
	Data   any    `json:"data,omitempty"`
	Counts any    `json:"counts,omitempty"` // of the end line
}

// lineEnd is the type of the last line.
const lineEnd = "end"

type lineWriter struct{ enc *json.Encoder }

func newLineWriter(w io.Writer, now time.Time) (*lineWriter, error) {
	l := &lineWriter{enc: json.NewEncoder(w)}
	l.enc.SetEscapeHTML(false)
	return l, l.write(lineHeader{lineFormat, lineVersion, stamp(now)})
}

func (l *lineWriter) row(row any) (written bool, err error) {
	k, data := lineRow(row)
	return true, l.write(line{Type: k.String(), Data: data})
}

func (l *lineWriter) end(c Counts) error { return l.write(line{Type: lineEnd, Counts: c}) }

func (l *lineWriter) losses() []string { return nil }

func (l *lineWriter) write(v any) error {
	if err := l.enc.Encode(v); err != nil {
		return fmt.Errorf("writing the dump: %w", err)
	}
	return nil
}
