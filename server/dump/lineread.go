package dump

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/root-gg/plik/server/core"
)

// maxLine is the longest line, in bytes.
const maxLine = 16 << 20

type lineReader struct {
	r      *bufio.Reader
	buf    []byte // of the current line
	line   int    // number of the current line
	counts Counts // of the rows so far
}

func newLineReader(r *bufio.Reader) *lineReader { return &lineReader{r: r} }

func (l *lineReader) position() (string, int) { return "line", l.line }

func (l *lineReader) next() (item, error) {
	if l.line == 0 {
		if err := l.header(); err != nil {
			return item{}, err
		}
	}
	raw, err := l.read()
	if errors.Is(err, io.EOF) {
		return item{}, damaged("the file is cut short after line %d : it has no end line", l.line)
	}
	if err != nil {
		return item{}, err
	}
	var in struct {
		Type         string
		Data, Counts json.RawMessage
	}
	if err := strict(raw, &in); err != nil {
		return item{}, damaged("line %d is not one JSON object of the fields type and data", l.line)
	}
	if in.Type == lineEnd {
		return item{}, l.end(in.Counts)
	}
	k, ok := kindNamed(in.Type)
	if !ok {
		return item{}, damaged("line %d is of an unknown type : was it written by a newer Plik?", l.line)
	}
	*l.counts.of(k)++
	return l.item(k, in.Data), nil
}

// header reads the first line.
func (l *lineReader) header() error {
	raw, err := l.read()
	if errors.Is(err, io.EOF) {
		return damaged("the file is empty")
	}
	if err != nil {
		return err
	}
	var h struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(raw, &h); err != nil || h.Format != lineFormat {
		return core.E(core.KindInvalid, "dump_format_unknown", "this is not a metadata export of Plik : line 1 does not say so")
	}
	if h.Version != lineVersion {
		return core.E(core.KindInvalid, "dump_version_unknown", "this export is of version %d, only version %d can be read", h.Version, lineVersion)
	}
	return nil
}

// end compares the counts of the last line with what was read. It returns io.EOF when all is
// well.
func (l *lineReader) end(raw json.RawMessage) error {
	var c Counts
	if err := strict(raw, &c); err != nil || c != l.counts {
		return damaged("the counts of line %d are not those of the lines before : the file is not complete", l.line)
	}
	switch _, err := l.read(); {
	case err == nil:
		return damaged("there is a line after the end line, line %d", l.line-1)
	case !errors.Is(err, io.EOF):
		return err
	}
	return io.EOF
}

// item decodes the data of a row. If they are not what they should be that concerns this row
// only.
func (l *lineReader) item(k kind, data json.RawMessage) item {
	into := [...]interface{ row() any }{&userRow{}, &tokenRow{}, &uploadRow{}, &fileRow{}, &settingRow{}}[k]
	if err := strict(data, into); err != nil {
		text := "its data are not those of such a row"
		if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && bad.Field != "" {
			text = "its " + bad.Field + " is of the wrong type or too large"
		}
		return item{kind: k, bad: core.E(core.KindInvalid, "dump_row_invalid", "%s", text)}
	}
	row := into.row()
	if f, ok := row.(*core.File); ok && f.Status == "" {
		f.Status = core.Missing
	}
	return item{kind: k, row: row}
}

// read returns the next line without its newline, valid until the next call. io.EOF: there
// is none.
func (l *lineReader) read() ([]byte, error) {
	l.buf = l.buf[:0]
	l.line++
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.buf)+len(part) > maxLine {
			return nil, damaged("line %d is longer than %d MiB", l.line, maxLine>>20)
		}
		l.buf = append(l.buf, part...)
		switch {
		case err == nil && !utf8.Valid(l.buf):
			return nil, damaged("line %d is not valid UTF-8", l.line)
		case err == nil:
			return l.buf[:len(l.buf)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(l.buf) == 0:
			l.line--
			return nil, io.EOF
		default: // also that of a gzip reader, whose text would not help
			return nil, damaged("the file is cut short or damaged in line %d", l.line)
		}
	}
}

// strict decodes exactly one JSON value that has no unknown fields. Its errors may repeat
// what it read: they are not to be shown.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the value")
	}
	return nil
}
