package tus

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// dataStore is a Server as tusd sees it.
type dataStore struct{ *Server }

// transfer is a core.Resumable as tusd sees it.
type transfer struct {
	s *Server
	r *core.Resumable
}

func (d dataStore) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	e := exchangeOf(ctx)
	n := New{
		Length: info.Size, Metadata: info.MetaData, Raw: e.req.Header.Get("Upload-Metadata"),
		Partial: info.IsPartial, Parts: info.PartialUploads,
	}
	if info.SizeIsDeferred {
		n.Length = -1
	}
	if n.Raw == "" {
		n.Raw = handler.SerializeMetadataHeader(info.MetaData)
	}
	r, err := d.Store.Create(ctx, e.req, n)
	if err != nil {
		return nil, e.fail(err)
	}
	e.resumable, e.created = r, true
	return &transfer{d.Server, r}, nil
}

func (d dataStore) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	e := exchangeOf(ctx)
	r, err := d.Store.Resumable(ctx, id)
	if err != nil {
		return nil, e.fail(err)
	}
	// tusd takes no notice of a body after the end.
	if id == e.id && e.req.Method == "PATCH" && r.Complete() && len(r.Parts) == 0 && e.req.ContentLength != 0 && e.req.Header.Get("Upload-Offset") == strconv.FormatInt(r.Offset, 10) {
		return nil, e.fail(uploads.ErrLengthExceeded)
	}
	if id == e.id { // and not one of the parts of it
		e.resumable = r
	}
	return &transfer{d.Server, r}, nil
}

func (dataStore) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(*transfer)
}
func (dataStore) AsConcatableUpload(u handler.Upload) handler.ConcatableUpload { return u.(*transfer) }
func (dataStore) AsLengthDeclarableUpload(u handler.Upload) handler.LengthDeclarableUpload {
	return u.(*transfer)
}

func (t *transfer) GetInfo(context.Context) (handler.FileInfo, error) {
	r := t.r
	info := handler.FileInfo{
		ID: r.ID, Size: r.Length, Offset: r.Offset, IsPartial: r.Partial, IsFinal: len(r.Parts) > 0, PartialUploads: r.Parts,
		MetaData: handler.ParseMetadataHeader(r.Metadata),
	}
	if r.Length < 0 {
		info.Size, info.SizeIsDeferred = 0, true
	}
	return info, nil
}

// WriteChunk adds what src yields. That src fails shows as its end.
func (t *transfer) WriteChunk(ctx context.Context, _ int64, src io.Reader) (int64, error) {
	e := exchangeOf(ctx)
	rc := http.NewResponseController(e.w)
	body := &counter{Reader: src}
	n, err := t.s.Store.Append(e.appending, t.r, uploads.Body{
		Reader: body, Size: e.req.ContentLength,
		Interrupt: func() { _ = rc.SetReadDeadline(time.Unix(1, 0)) }, // what cannot be interrupted ends by itself
	}, e.sum)
	if body.n < e.req.ContentLength && (err == nil || errors.Is(err, uploads.ErrChecksum)) {
		err = errInterrupted // the line was cut; what came is kept, unless it had a checksum
	}
	if errors.Is(err, context.Canceled) && errors.Is(context.Cause(e.appending), errInterrupted) {
		err = errInterrupted // while it asked for what it needs to begin
	}
	return n, e.fail(err)
}

// FinishUpload makes a file without a byte; others are there with their last one.
func (t *transfer) FinishUpload(ctx context.Context) error {
	if t.r.Done || t.r.Partial {
		return nil
	}
	_, err := t.s.Store.Append(ctx, t.r, uploads.Body{Reader: bytes.NewReader(nil)}, nil)
	return exchangeOf(ctx).fail(err)
}

func (t *transfer) DeclareLength(ctx context.Context, length int64) error {
	return exchangeOf(ctx).fail(t.s.Store.SetLength(ctx, t.r, length))
}

func (t *transfer) Terminate(ctx context.Context) error {
	return exchangeOf(ctx).fail(t.s.Store.GiveUp(ctx, t.r))
}

// ConcatUploads has nothing left to do: Create has joined the parts.
func (*transfer) ConcatUploads(context.Context, []handler.Upload) error { return nil }

func (*transfer) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, errors.New("tus: files are downloaded elsewhere")
}
