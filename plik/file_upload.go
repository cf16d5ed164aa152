package plik

import (
	"context"
	"errors"
)

// Upload sends the file, after creating the upload if needed. Whoever calls it while it runs waits for the
// same result; once it succeeded it does nothing, nor for a file that was fetched. A file from a path may
// be tried again after a failure; what came from a reader cannot, and fails again.
func (f *File) Upload() error { return f.UploadContext(context.Background()) }

// UploadContext is Upload with a context.
func (f *File) UploadContext(ctx context.Context) error {
	if err := f.upload.CreateContext(ctx); err != nil {
		return err
	}
	first, err := share(ctx, &f.mu, &f.sending, f.settled, func() error { return f.run(ctx) })
	if !first {
		return err
	}
	f.upload.checked()
	f.mu.Lock()
	callback, m := f.callback, f.metadata
	f.mu.Unlock()
	switch {
	case callback == nil:
	case err != nil:
		callback(nil, err)
	default:
		callback(m, nil)
	}
	return err
}

// settled tells whether there is nothing to do; it is called with the lock held.
func (f *File) settled() (bool, error) {
	switch {
	case f.sending != nil:
		return false, nil
	case f.sent:
		return true, nil
	case f.path == "" && f.reader == nil:
		return true, f.err // used up, fetched or resumed without its source
	case f.metadata != nil && f.metadata.Status != StatusMissing && f.metadata.Status != "":
		return true, nil
	}
	return false, nil
}

// run sends the file and keeps the outcome.
func (f *File) run(ctx context.Context) error {
	f.setStatus(StatusUploading)
	m, err := f.send(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	f.reader, f.at = nil, nil
	if err == nil {
		f.sent, f.metadata, f.resumed = true, m, nil
		return nil
	}
	if f.metadata != nil {
		failed := *f.metadata
		failed.Status = StatusMissing
		f.metadata = &failed
	}
	return err
}

// open returns the bytes of the file.
func (f *File) open() (*content, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.reader == nil:
		return openPath(f.path)
	case f.at != nil:
		return &content{at: f.at, base: f.base, size: f.Size, close: f.reader.Close}, nil
	}
	reader, lazy := f.reader, f.lazy
	c := &content{size: -1, r: reader, close: reader.Close}
	if lazy != nil {
		c.close = func() error { return errors.Join(reader.Close(), lazy.Close()) }
	}
	return c, nil
}

// send sends the file the way that fits it and the server, and returns what the server made of it.
func (f *File) send(ctx context.Context) (m *FileMetadata, err error) {
	c, err := f.open()
	if err != nil {
		return nil, err
	}
	defer c.close() // of what is only read, nothing is lost when this fails
	if c.at == nil {
		defer closeOnEnd(ctx, closer(c.close))()
	}
	if m := f.Metadata(); m == nil || m.ID == "" {
		if f.upload.streams() {
			return nil, errors.New("files must be added to upload before creation for stream mode to work")
		}
		return f.sendWhole(ctx, c)
	}
	if f.upload.streams() {
		return f.sendWhole(ctx, c)
	}
	t, err := f.resumable(ctx, c)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return f.sendWhole(ctx, c)
	}
	return t.run(ctx)
}

type closer func() error

func (c closer) Close() error { return c() }
