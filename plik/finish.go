package plik

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// finish checks what the server made of all the pieces.
func (t *transfer) finish(ctx context.Context) (*FileMetadata, error) {
	if err := t.catchUp(t.pieces.size()); err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		m, err := t.f.lookUp(ctx)
		if err != nil {
			return nil, err
		}
		switch {
		case m.Status == StatusUploaded:
			return m, t.verify(ctx, m)
		case m.Status != StatusUploading && m.Status != StatusMissing || n > 10:
			return nil, fmt.Errorf("the server has all of the file, but says that it is %s", m.Status)
		case n == 1:
			t.nudge(ctx)
		}
		if err := sleep(ctx, t.retry.pause(n, nil)); err != nil {
			return nil, err
		}
	}
}

// nudge sends a piece without bytes after the last: the server may have been stopped when it had all of them, and
// not have noticed. How that goes shows when it is asked for the file.
func (t *transfer) nudge(ctx context.Context) {
	size, total := t.pieces.size(), int64(-1)
	if t.pieces.c.at == nil {
		total = size
	}
	ctx, dog, cancel := watch(ctx, t.tus.client.idle())
	defer cancel()
	dog.touch()
	t.tus.patch(ctx, size, http.NoBody, 0, total)
}

// arrived sorts out what it means that the server refuses to go on: it may have everything, when the answer to
// the last piece was lost.
func (t *transfer) arrived(ctx context.Context, refusal error) (*FileMetadata, error) {
	if !gone(refusal) {
		return nil, refusal
	}
	m, err := t.f.lookUp(ctx)
	if err != nil {
		return nil, err // tells more than the answer to a HEAD
	}
	size := t.pieces.size()
	if m.Status != StatusUploaded || m.Size != size {
		return nil, refusal
	}
	if err := t.catchUp(size); err != nil {
		return nil, err
	}
	return m, t.verify(ctx, m)
}

// verify compares what the server got with what was sent. It may not have computed a digest (yet).
func (t *transfer) verify(ctx context.Context, m *FileMetadata) error {
	if size := t.pieces.size(); m.Size != size {
		return fmt.Errorf("%w: %d bytes were sent, the server has %d", ErrDigest, size, m.Size)
	}
	if t.digest.isCRC32() {
		done, err := t.verifyCRC32(ctx, m.Size)
		if done || err != nil {
			return err
		}
		if err := t.again(m.Size); err != nil {
			return err
		}
	}
	if m.Md5 == "" || t.digest.pos != m.Size {
		return nil
	}
	if sum := t.digest.sum(); !strings.EqualFold(m.Md5, sum) {
		return fmt.Errorf("%w: MD5 %s was sent, the server has %s", ErrDigest, sum, m.Md5)
	}
	return nil
}

// verifyCRC32 does so with the CRC-32 of the last answer, or of a new one. It returns false when the server
// does not tell any more.
func (t *transfer) verifyCRC32(ctx context.Context, size int64) (bool, error) {
	if t.tus.sumAt != size {
		_, err := t.tus.offset(ctx)
		if err != nil && ctx.Err() != nil {
			return false, err
		}
	}
	if t.tus.sum == "" || t.tus.sumAt != size || t.digest.pos != size {
		return false, nil
	}
	if sum := t.digest.sum(); !strings.EqualFold(t.tus.sum, sum) {
		return true, fmt.Errorf("%w: CRC-32 %s was sent, the server has %s", ErrDigest, sum, t.tus.sum)
	}
	return true, nil
}

// again computes the MD5 of a file that was sent, if it can be read again.
func (t *transfer) again(size int64) error {
	t.digest.stop()
	t.digest = newDigest()
	return t.catchUp(size)
}

// save tells whoever keeps the state of the upload how far the file is.
func (t *transfer) save(ctx context.Context) error {
	if ctx.Err() != nil || !t.f.upload.watched() {
		return nil
	}
	if err := t.f.note(t.pieces.c, t.tus.url, t.digest); err != nil {
		return err
	}
	t.f.upload.checked()
	return nil
}
