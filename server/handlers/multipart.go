package handlers

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/textproto"
	"path"
	"sync"

	"github.com/root-gg/plik/server/core"
)

const (
	maxParts      = 100      // of a form that may come before the file
	maxPartHeader = 32 << 10 // bytes
	formBuffer    = 64 << 10 // bytes, holds the longest line that matters
)

func formError(text string, args ...any) *core.Error {
	return core.E(core.KindInvalid, "multipart_invalid", text, args...)
}

// form is a form whose file is about to be read. It is read without mime/multipart, which
// hands out 4 KiB at a time and looks at each byte three times (RFC 2046, 5.1).
type form struct {
	name string    // of the file
	file io.Reader // its content

	in   *bufio.Reader
	dash []byte // "--boundary"
	nl   string // how lines end
}

var formBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, formBuffer) }}

// openForm reads up to the content of the first part named "file" of a form. What comes
// before it is skipped, what comes after is ignored. Close it when nobody reads any more.
func openForm(r *http.Request, body io.Reader) (*form, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, formError("invalid multipart form : request Content-Type isn't multipart/form-data")
	}
	if b := params["boundary"]; b == "" || len(b) > 200 {
		return nil, formError("invalid multipart form : no multipart boundary param in Content-Type")
	}
	f := &form{in: formBuffers.Get().(*bufio.Reader), dash: []byte("--" + params["boundary"])}
	f.in.Reset(body)
	if err := f.seek(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close gives the buffer back.
func (f *form) Close() {
	f.in.Reset(nil)
	formBuffers.Put(f.in)
}

// seek finds the file.
func (f *form) seek() error {
	for range maxParts {
		if err := f.nextPart(); err == io.EOF {
			return formError("missing file from multipart form")
		} else if err != nil {
			return formError("invalid multipart form : it is malformed or was cut short").Because(err)
		}
		header, err := f.header()
		if err != nil {
			return formError("invalid multipart form : it is malformed or was cut short").Because(err)
		}
		kind, params, err := mime.ParseMediaType(header.Get("Content-Disposition"))
		if err != nil || kind != "form-data" || params["name"] != "file" {
			continue
		}
		if params["filename"] == "" {
			return formError("missing file name from multipart form")
		}
		// Clients may send a path. Backslashes are kept: they are refused later, with a text
		// that says why.
		f.name = path.Base(params["filename"])
		f.file = f.content()
		return nil
	}
	return formError("invalid multipart form : the file must be among the first %d parts", maxParts)
}

// nextPart reads up to the header of the next part; io.EOF: there is none.
func (f *form) nextPart() error {
	for start := true; ; {
		line, err := f.in.ReadSlice('\n')
		if rest, ok := bytes.CutPrefix(line, f.dash); ok && start {
			switch rest = bytes.TrimLeft(rest, " \t"); {
			case bytes.HasPrefix(rest, []byte("--")):
				return io.EOF
			case string(rest) == "\r\n", string(rest) == "\n":
				f.nl = string(rest)
				return nil
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		start = err == nil // else the line goes on
	}
}

// header reads the header of a part.
func (f *form) header() (textproto.MIMEHeader, error) {
	var text []byte
	for {
		line, err := f.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if text = append(text, line...); len(text) > maxPartHeader {
			return nil, errors.New("the header of a part is too long")
		}
		if string(line) == "\r\n" || string(line) == "\n" {
			return textproto.NewReader(bufio.NewReader(bytes.NewReader(text))).ReadMIMEHeader()
		}
	}
}

// content returns what is between here and the next boundary.
func (f *form) content() io.Reader {
	if next, _ := f.in.Peek(len(f.dash) + 1); bytes.HasPrefix(next, f.dash) && len(next) > len(f.dash) && endsBoundary(next[len(f.dash)]) {
		return bytes.NewReader(nil) // nothing, not even an empty line
	}
	return &partReader{r: f.in, end: append([]byte(f.nl), f.dash...)}
}

// partReader reads up to a line that is a boundary. It looks for that in the reader's own
// buffer, and holds back only what may be the beginning of it.
type partReader struct {
	r    io.Reader
	end  []byte // line end and boundary
	held []byte // read, but not handed out yet; at the beginning of a Read no longer than end
	rest []byte // of what was handed to a small reader
	done error
}

// smallRead is the least that is scanned at once, longer than any boundary.
const smallRead = 1024

func (c *partReader) Read(p []byte) (int, error) {
	if len(p) >= smallRead && len(c.rest) == 0 {
		return c.scan(p)
	}
	if len(c.rest) == 0 {
		buf := make([]byte, smallRead)
		n, err := c.scan(buf)
		if n == 0 {
			return 0, err
		}
		c.rest = buf[:n]
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// scan reads into p, which is longer than what is held and a boundary.
func (c *partReader) scan(p []byte) (int, error) {
	if c.done != nil {
		return 0, c.done
	}
	n := copy(p, c.held)
	for {
		m, err := c.r.Read(p[n:])
		n += m
		give, found := c.cut(p[:n])
		switch {
		case found:
			c.done = io.EOF
		case err == io.EOF:
			give, c.done = n, io.ErrUnexpectedEOF // the boundary never came
		case err != nil:
			c.done = err
		}
		if c.done != nil && give == 0 {
			return 0, c.done
		}
		if give > 0 {
			c.held = append(c.held[:0], p[give:n]...)
			return give, nil
		}
	}
}

// cut returns how much of p is content for sure, and whether the boundary follows it.
func (c *partReader) cut(p []byte) (n int, found bool) {
	for from := 0; ; {
		i := bytes.Index(p[from:], c.end)
		if i < 0 {
			break
		}
		at := from + i
		if at+len(c.end) == len(p) {
			return at, false // what follows decides
		}
		if endsBoundary(p[at+len(c.end)]) {
			return at, true
		}
		from = at + 1
	}
	// The end of p may be the beginning of the boundary.
	tail := max(0, len(p)-len(c.end)+1)
	for {
		i := bytes.IndexByte(p[tail:], c.end[0])
		if i < 0 {
			return len(p), false
		}
		if tail += i; bytes.HasPrefix(c.end, p[tail:]) {
			return tail, false
		}
		tail++
	}
}

// endsBoundary tells whether a boundary may be followed by b; else it only looked like one.
func endsBoundary(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' || b == '-' }
