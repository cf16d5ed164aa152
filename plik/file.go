package plik

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// UploadCallback hears of the end of a file's upload: what the server made of it, or the error.
type UploadCallback func(metadata *FileMetadata, err error)

// File is a file of an upload. It is safe for concurrent use, but for Name and Size, which count until the
// upload is created.
type File struct {
	Name string
	Size int64 // bytes; 0 when not known

	upload *Upload

	mu       sync.Mutex
	metadata *FileMetadata // replaced, never changed; nil: the server does not know of it
	path     string        // where its bytes are; "": in reader
	reader   io.ReadCloser // nil: none, or read already
	lazy     *lazyFile     // the file below reader, when a wrapper is around it
	at       io.ReaderAt   // of reader, when it can be read anywhere
	base     int64         // where its bytes begin in at
	wrapped  bool          // what is sent is not what Size tells of
	resumed  *FileState    // where it stands, of this life or a former one; nil: not known
	sent     bool
	err      error
	sending  *flight
	callback UploadCallback
}

// Metadata returns what the server said of the file last, nil before the upload is created.
func (f *File) Metadata() *FileMetadata {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.metadata
}

// Error returns why the last upload of the file failed, nil when it did not.
func (f *File) Error() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// WrapReader puts a reader around that of the file, to encrypt what is sent for instance. A file that is
// wrapped cannot be resumed by another process.
func (f *File) WrapReader(wrap func(io.ReadCloser) io.ReadCloser) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.path != "" && f.reader == nil {
		f.lazy = &lazyFile{path: f.path}
		f.reader, f.path = f.lazy, ""
	}
	if f.reader == nil {
		return // nothing will be read
	}
	f.reader = wrap(f.reader)
	f.at, f.wrapped = nil, true
}

// RegisterUploadCallback has callback called when the file was sent, or could not be. There is one callback: the
// last that was registered.
func (f *File) RegisterUploadCallback(callback UploadCallback) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.callback = callback
}

// GetURL returns the address of the file, which exists as soon as the upload is created.
func (f *File) GetURL() (*url.URL, error) {
	upload := f.upload.Metadata()
	if upload == nil || upload.ID == "" {
		return nil, errNotCreated
	}
	m := f.Metadata()
	if m == nil || m.ID == "" {
		return nil, errNotSent
	}
	mode := "file"
	if upload.Stream {
		mode = "stream"
	}
	base, err := f.upload.client.endpoint()
	if domain := strings.TrimRight(upload.DownloadDomain, "/"); domain != "" {
		base, err = url.Parse(domain)
	}
	if err != nil {
		return nil, err
	}
	return below(base, mode, upload.ID, m.ID, m.Name)
}

// Delete deletes the file.
func (f *File) Delete() error { return f.DeleteContext(context.Background()) }

// DeleteContext is Delete with a context.
func (f *File) DeleteContext(ctx context.Context) error {
	path, err := f.location("file")
	if err != nil {
		return err
	}
	return f.upload.client.done(ctx, call{method: http.MethodDelete, path: path, secrets: f.upload.secrets(), safety: idempotent})
}

// location returns the path of the file on the server.
func (f *File) location(mode string) ([]string, error) {
	id, err := f.upload.known()
	if err != nil {
		return nil, err
	}
	m := f.Metadata()
	if m == nil || m.ID == "" {
		return nil, errNotSent
	}
	return []string{mode, id, m.ID, m.Name}, nil
}

func (f *File) set(m *FileMetadata) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.metadata = m
}

// setStatus changes what we think of the file until the server tells better.
func (f *File) setStatus(status string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.metadata != nil {
		m := *f.metadata
		m.Status = status
		f.metadata = &m
	}
}

// announced returns the size to tell the server beforehand, 0 when it is not known.
func (f *File) announced() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wrapped {
		return 0
	}
	return max(0, f.Size)
}
