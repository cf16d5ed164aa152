package plik

import (
	"context"
	"fmt"
	"net/http"
)

// lookUp asks the server how the file is.
func (f *File) lookUp(ctx context.Context) (*FileMetadata, error) {
	id, err := f.upload.known()
	if err != nil {
		return nil, err
	}
	m, _, err := get[UploadMetadata](ctx, f.upload.client, call{
		method: http.MethodGet, path: []string{"upload", id}, secrets: f.upload.secrets(), safety: idempotent,
	})
	if err != nil {
		return nil, err
	}
	mine := f.Metadata()
	for _, file := range m.Files {
		if mine != nil && file.ID == mine.ID {
			return file, nil
		}
	}
	return nil, fmt.Errorf("the upload has lost the file %s", f.Name)
}

// moved returns what is told how far the file is, nil when nobody wants to know.
func (f *File) moved(total int64) func(int64) {
	f.upload.mu.Lock()
	progress := f.upload.progress
	f.upload.mu.Unlock()
	if progress == nil {
		return nil
	}
	return func(sent int64) { progress(Progress{File: f, Sent: sent, Total: total}) }
}

// takesRaw tells whether the server takes the bytes of a file as the body of a PUT.
func (u *Upload) takesRaw() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.raw
}
