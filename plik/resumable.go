package plik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// transfer sends one file in pieces, and goes on after whatever happens on the way.
type transfer struct {
	f      *File
	tus    *tus
	pieces *pieces
	digest *digest
	retry  Retry

	offset   int64     // what the server is known to have
	advanced time.Time // when it last got more
	failures int       // since then
	refusals int       // of those, the ones that look like faults of the server or of ours
}

// resumable returns a transfer for a file that goes in pieces, nil when it should go in one request.
func (f *File) resumable(ctx context.Context, c *content) (*transfer, error) {
	u := f.upload
	limits := u.client.Resumable.withDefaults()
	began := f.began()
	if began != nil && began.URL == "" {
		began = nil
	}
	if began == nil && (limits.Off || c.at != nil && c.size < limits.Threshold) {
		return nil, nil
	}
	if c.at == nil {
		if err := c.keepHead(headSize); err != nil || c.at != nil {
			return nil, err
		}
	}
	at, err := u.client.resumableAt(ctx)
	if err != nil || at == "" {
		return nil, err
	}
	t := &transfer{
		f: f, retry: u.client.Retry.withDefaults(), digest: newDigest(), advanced: time.Now(),
		tus:    &tus{client: u.client, secrets: u.secrets(), at: at},
		pieces: newPieces(c, limits.ChunkSize),
	}
	if c.at == nil {
		if err := t.pieces.fill(); err != nil {
			return nil, err
		}
		if t.pieces.ended { // small enough for one request, and to be kept
			buf := t.pieces.buf
			c.at, c.base, c.size = strings.NewReader(string(buf)), 0, int64(len(buf))
			return nil, nil
		}
		if !u.client.defersLength(ctx, at) {
			t.pieces.giveBack()
			return nil, nil
		}
	}
	if began != nil {
		t.goOn(began)
	}
	return t, nil
}

// goOn takes up what another process began.
func (t *transfer) goOn(began *FileState) {
	t.tus.url = began.URL
	if d, ok := restoreDigest(began.Digest, began.Hashed); ok {
		t.digest = d
	}
}

// run sends the file and returns what the server made of it.
func (t *transfer) run(ctx context.Context) (*FileMetadata, error) {
	defer func() { t.digest.stop() }()
	if err := t.begin(ctx); err != nil {
		if t.tus.url == "" && unknown(err) { // something on the way keeps these requests from the server
			t.pieces.giveBack()
			return t.f.sendWhole(ctx, t.pieces.c)
		}
		return nil, err
	}
	for size := t.pieces.size(); size < 0 || t.offset < size; size = t.pieces.size() {
		err := t.next(ctx)
		if err == nil {
			continue
		}
		if err = t.recover(ctx, err); err == nil {
			continue
		}
		return t.arrived(ctx, err)
	}
	return t.finish(ctx)
}

// begin creates the upload, or asks how far it is.
func (t *transfer) begin(ctx context.Context) error {
	m := t.f.Metadata()
	if t.tus.url != "" {
		offset, err := t.tus.offset(ctx)
		if err != nil && !gone(err) {
			err = t.recover(ctx, err)
			offset = t.offset
		}
		if err == nil {
			t.advance(offset)
			return nil
		}
		if !gone(err) {
			return err
		}
		t.tus.url = "" // the server gave it up: anew
		t.digest.stop()
		t.digest = newDigest()
	}
	err := t.retry.again(ctx, idempotent, func(int) error {
		return t.tus.create(ctx, t.f.upload.ID(), m.ID, t.pieces.size())
	})
	if err == nil {
		t.advanced = time.Now()
		if t.tus.sum != "" {
			t.digest = newCRC32()
		}
		err = t.save(ctx)
	}
	return err
}

// next sends one piece.
func (t *transfer) next(ctx context.Context) error {
	r, n, err := t.pieces.at(t.offset)
	if err != nil {
		return &finalError{err}
	}
	if err := t.catchUp(t.offset); err != nil {
		return &finalError{err}
	}
	total := int64(-1)
	if t.pieces.c.at == nil {
		total = t.pieces.size()
	}
	piece, dog, cancel := watch(ctx, t.tus.client.idle())
	defer cancel()
	dog.touch()
	b := &body{
		src: r, memory: true, offset: t.offset, watch: dog, digest: t.digest,
		moved: t.f.moved(t.pieces.size()),
	}
	start := time.Now()
	offset, err := t.tus.patch(piece, t.offset, b, n, total)
	_, _, failed := b.finish()
	switch {
	case failed != nil:
		return &finalError{failed}
	case err != nil:
		return err
	case offset != t.offset+n:
		return fmt.Errorf("the server went to byte %d, not %d", offset, t.offset+n)
	}
	t.advance(offset)
	t.pieces.went(time.Since(start))
	if err := t.save(ctx); err != nil {
		return &finalError{err}
	}
	return nil
}

// advance notes how far the server is.
func (t *transfer) advance(offset int64) {
	if offset > t.offset {
		t.advanced, t.failures, t.refusals = time.Now(), 0, 0
	}
	t.offset = offset
}

// recover waits after a failure until the server tells how far it is, and returns an error when that makes no
// sense.
func (t *transfer) recover(ctx context.Context, err error) error {
	for {
		if final, ok := errors.AsType[*finalError](err); ok {
			return final.err
		}
		t.failures++
		if statusOf(err) == http.StatusRequestEntityTooLarge && t.pieces.smaller() {
			err = nil
		} else if !t.passing(err) {
			return err
		}
		if outage := time.Since(t.advanced); outage > t.retry.GiveUp {
			return fmt.Errorf("gave up after %s without progress, %d bytes are sent : %w", outage.Round(time.Second), t.offset, err)
		}
		if cause := sleep(ctx, t.retry.pause(t.failures, err)); cause != nil {
			return fmt.Errorf("%w : %w", cause, err)
		}
		offset, lost := t.tus.offset(ctx)
		if lost == nil {
			t.advance(offset)
			return nil
		}
		err = lost
	}
}

// passing tells whether err may be gone in a while.
func (t *transfer) passing(err error) bool {
	switch status := statusOf(err); {
	case status == 0:
		return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
	case slices.Contains([]int{408, 423, 429, 502, 503, 504}, status):
		return true
	case status == http.StatusConflict, status == http.StatusInternalServerError:
		t.refusals++
		return t.refusals < t.retry.Attempts || time.Since(t.advanced) < grace
	}
	return false
}

// grace is how long a server may seem to be at fault: it may have to notice first that a connection was lost.
const grace = 20 * time.Second

// gone tells whether the server knows nothing of an upload any more.
func gone(err error) bool {
	status := statusOf(err)
	return status == http.StatusNotFound || status == http.StatusGone
}

// catchUp has the digest take what the server got without it.
func (t *transfer) catchUp(offset int64) error {
	c := t.pieces.c
	if c.at == nil || t.digest.pos >= offset {
		return nil
	}
	buf := make([]byte, digestBlock)
	for t.digest.pos < offset {
		n := min(int64(len(buf)), offset-t.digest.pos)
		if _, err := io.ReadFull(c.section(t.digest.pos, n), buf[:n]); err != nil {
			return fmt.Errorf("unable to read the file : %w", err)
		}
		t.digest.write(t.digest.pos, buf[:n])
	}
	return nil
}
