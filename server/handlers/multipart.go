package handlers

import (
	"bufio"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"sync"

	"github.com/root-gg/plik/server/core"
)

// maxParts is how many parts of a form may come before the file.
const maxParts = 100

func formError(text string, args ...any) *core.Error {
	return core.E(core.KindInvalid, "multipart_invalid", text, args...)
}

// form is a form whose file is about to be read.
type form struct {
	name string    // of the file
	file io.Reader // its content
	in   *bufio.Reader
}

// The multipart reader asks for 4 KiB at a time; the socket should not hear of that.
var formBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}

// openForm reads up to the content of the first part named "file" of a form. What comes
// before it is skipped, what comes after is ignored. Close it when nobody reads any more.
func openForm(r *http.Request, body io.Reader) (*form, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, formError("invalid multipart form : request Content-Type isn't multipart/form-data")
	}
	if params["boundary"] == "" {
		return nil, formError("invalid multipart form : no multipart boundary param in Content-Type")
	}
	f := &form{in: formBuffers.Get().(*bufio.Reader)}
	f.in.Reset(body)
	if err := f.seek(multipart.NewReader(f.in, params["boundary"])); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *form) seek(in *multipart.Reader) error {
	for range maxParts {
		p, err := in.NextRawPart()
		if err == io.EOF {
			return formError("missing file from multipart form")
		}
		if err != nil {
			return formError("invalid multipart form : it is malformed or was cut short").Because(err)
		}
		if p.FormName() != "file" {
			continue
		}
		if f.name = fileName(p); f.name == "" {
			return formError("missing file name from multipart form")
		}
		f.file = p
		return nil
	}
	return formError("invalid multipart form : the file must be among the first %d parts", maxParts)
}

func (f *form) Close() {
	f.in.Reset(nil)
	formBuffers.Put(f.in)
}

// fileName returns the last element of the name the part claims. Backslashes are kept:
// they are refused later, with a text that says why.
func fileName(p *multipart.Part) string {
	_, params, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	if err != nil || params["filename"] == "" {
		return ""
	}
	return path.Base(params["filename"])
}
