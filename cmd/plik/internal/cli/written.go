package cli

import (
	"context"
	"io"
	"sync"
)

// written returns a reader of what write writes. It begins with the first Read, ends with ctx, and is over once
// the reader is closed.
func written(ctx context.Context, write func(ctx context.Context, w io.Writer) error) io.ReadCloser {
	ctx, cancel := context.WithCancel(ctx)
	r, w := io.Pipe()
	return &writer{PipeReader: r, w: w, ctx: ctx, cancel: cancel, write: write}
}

type writer struct {
	*io.PipeReader

	w      *io.PipeWriter
	ctx    context.Context
	cancel context.CancelFunc
	write  func(ctx context.Context, w io.Writer) error
	once   sync.Once
}

func (w *writer) Read(p []byte) (int, error) {
	w.once.Do(func() {
		context.AfterFunc(w.ctx, func() { w.w.CloseWithError(context.Cause(w.ctx)) })
		go func() { w.w.CloseWithError(w.write(w.ctx, w.w)) }() // nil ends it with io.EOF
	})
	return w.PipeReader.Read(p)
}

func (w *writer) Close() error {
	err := w.PipeReader.Close()
	w.cancel()
	return err
}
