package plik

import (
	"context"
	"sync"
)

// Upload creates the upload if needed and sends all files that were not sent yet, several at once. It may be
// called again after more files were added. When a file fails the others are sent all the same; the error
// holds those of all that failed (errors.As, errors.Is), which File.Error tells too.
func (u *Upload) Upload() error { return u.UploadContext(context.Background()) }

// UploadContext is Upload with a context.
func (u *Upload) UploadContext(ctx context.Context) error {
	if err := u.CreateContext(ctx); err != nil {
		return err
	}
	files := u.Files()
	workers := min(u.client.parallel(), len(files))
	if u.streams() {
		workers = len(files) // nobody knows which one is fetched first
	}
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
		next = make(chan *File)
	)
	for range workers {
		wg.Go(func() {
			for f := range next {
				if err := f.UploadContext(ctx); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	for _, f := range files {
		next <- f
	}
	close(next)
	wg.Wait()
	if len(errs) > 0 {
		return &filesError{errs}
	}
	return nil
}

// streams tells whether the server passes the bytes on instead of keeping them.
func (u *Upload) streams() bool {
	if m := u.Metadata(); m != nil {
		return m.Stream
	}
	return u.Stream
}
