package plik

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Upload is a set of files that are sent together. It is safe for concurrent use, but for its
// parameters, which count until it is created.
type Upload struct {
	UploadParams

	client *Client

	mu       sync.Mutex
	metadata *UploadMetadata // nil: not created
	raw      bool            // the server takes the bytes of a file as the body of a PUT
	files    []*File
	creating *flight

	progress   func(Progress)
	checkpoint func(*State)
	checkMu    sync.Mutex // one checkpoint at a time
}

// Progress tells how far a file is.
type Progress struct {
	File  *File
	Sent  int64 // bytes; goes back when a part has to be sent again
	Total int64 // -1: unknown
}

// NewUpload returns an upload with the client's defaults. The server hears of it when it is created.
func (c *Client) NewUpload() *Upload { return &Upload{UploadParams: c.params(), client: c} }

// AddFileFromPath adds a regular file, which is opened when it is its turn to be sent.
func (u *Upload) AddFileFromPath(path string) (*File, error) {
	size, err := checkPath(path)
	if err != nil {
		return nil, err
	}
	f := &File{Name: filepath.Base(path), Size: size, upload: u, path: path}
	return u.add(f), nil
}

// AddFileFromReader adds what r has until its end, under a name.
func (u *Upload) AddFileFromReader(name string, r io.Reader) *File {
	return u.addReader(name, r, io.NopCloser(r))
}

// AddFileFromReadCloser is AddFileFromReader; r is closed once it was read, or when that fails.
func (u *Upload) AddFileFromReadCloser(name string, r io.ReadCloser) *File {
	return u.addReader(name, r, r)
}

func (u *Upload) addReader(name string, r io.Reader, rc io.ReadCloser) *File {
	f := &File{Name: name, upload: u, reader: rc}
	if at, base, size, ok := seekable(r); ok {
		f.at, f.base, f.Size = at, base, size
	}
	return u.add(f)
}

func (u *Upload) add(f *File) *File {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.files = append(u.files, f)
	return f
}

// Files returns the files in the order in which they were added.
func (u *Upload) Files() []*File {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.files)
}

// Metadata returns what the server said of the upload, nil before it is created. Files are not in it.
func (u *Upload) Metadata() *UploadMetadata {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.metadata
}

// ID returns the id of the upload, "" before it is created.
func (u *Upload) ID() string {
	if m := u.Metadata(); m != nil {
		return m.ID
	}
	return ""
}

// OnProgress has f called as bytes of files are sent, for each file by one goroutine at a time. It must be quick.
func (u *Upload) OnProgress(f func(Progress)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.progress = f
}

// GetURL returns the address of the upload's page.
func (u *Upload) GetURL() (*url.URL, error) { return u.page(false) }

// GetAdminURL returns the address of the upload's page with the right to add and delete.
func (u *Upload) GetAdminURL() (*url.URL, error) { return u.page(true) }

func (u *Upload) page(admin bool) (*url.URL, error) {
	m := u.Metadata()
	if m == nil || m.ID == "" {
		return nil, errNotCreated
	}
	base, err := u.client.endpoint()
	if err != nil {
		return nil, err
	}
	page := strings.TrimRight(base.String(), "/") + "/#/?id=" + url.QueryEscape(m.ID)
	if admin {
		page += "&uploadToken=" + url.QueryEscape(m.UploadToken)
	}
	return url.Parse(page)
}

// DownloadZipArchive returns a zip of all files. The caller closes it.
func (u *Upload) DownloadZipArchive() (io.ReadCloser, error) {
	d, err := u.DownloadZipArchiveContext(context.Background())
	if err != nil {
		return nil, err
	}
	return d, nil
}

// DownloadZipArchiveContext is DownloadZipArchive; ctx ends it, while it is read too.
func (u *Upload) DownloadZipArchiveContext(ctx context.Context) (*Download, error) {
	id, err := u.known()
	if err != nil {
		return nil, err
	}
	return u.client.download(ctx, call{
		method: http.MethodGet, path: []string{"archive", id, "archive.zip"}, secrets: u.secrets(),
	}, DownloadOptions{})
}

// Delete deletes the upload with all its files.
func (u *Upload) Delete() error { return u.DeleteContext(context.Background()) }

// DeleteContext is Delete with a context.
func (u *Upload) DeleteContext(ctx context.Context) error {
	id, err := u.known()
	if err != nil {
		return err
	}
	return u.client.done(ctx, call{method: http.MethodDelete, path: []string{"upload", id}, secrets: u.secrets(), safety: idempotent})
}

// known returns the id of an upload that the server has.
func (u *Upload) known() (string, error) {
	if id := u.ID(); id != "" {
		return id, nil
	}
	return "", fmt.Errorf("upload not found : %w", errNotCreated)
}

// secrets returns what its requests carry.
func (u *Upload) secrets() secrets {
	s := secrets{token: u.Token, login: u.Login, password: u.Password}
	if m := u.Metadata(); m != nil {
		s.uploadToken = m.UploadToken
	}
	return s
}
