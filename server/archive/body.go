package archive

import (
	"errors"
	"fmt"
	"io"
)

// openBody makes r.body the content of entry i from off on.
func (r *Reader) openBody(i int, off int64) error {
	if r.body != nil && r.bodyAt == r.pos {
		return nil
	}
	// What is left unread was not wanted: how closing it ends does not matter.
	_ = r.closeBody()
	body, err := r.a.items[i].Open(r.ctx, off)
	if err != nil {
		return r.fail("open", i, err)
	}
	r.body, r.bodyAt = body, r.pos
	return nil
}

// closeBody closes the source that is open, if one is.
func (r *Reader) closeBody() error {
	if r.body == nil {
		return nil
	}
	body := r.body
	r.body = nil
	return body.Close()
}

// endBody closes the content of entry i after its last byte, and makes sure it was the last.
func (r *Reader) endBody(i int) error {
	var one [1]byte
	n, err := io.ReadFull(r.body, one[:])
	closeErr := r.closeBody()
	switch {
	case n > 0:
		return r.fail("read", i, fmt.Errorf("it has more than %d bytes: %w", r.a.items[i].Size, ErrSizeMismatch))
	case !errors.Is(err, io.EOF):
		return r.fail("read", i, err)
	case closeErr != nil:
		return r.fail("close", i, closeErr)
	}
	return nil
}

// checkEmpty makes sure that the content of entry i is there and has no bytes, if it
// should have none: reading would never come to it otherwise.
func (r *Reader) checkEmpty(i int) error {
	if r.a.items[i].Size > 0 {
		return nil
	}
	_ = r.closeBody()
	body, err := r.a.items[i].Open(r.ctx, 0)
	if err != nil {
		return r.fail("open", i, err)
	}
	r.body = body
	return r.endBody(i)
}

// short is the error of a content that ended before its last missing bytes.
func (r *Reader) short(i int, missing int64) error {
	return r.fail("read", i, fmt.Errorf("%d of its %d bytes are missing: %w", missing, r.a.items[i].Size, ErrSizeMismatch))
}

// fail says what could not be done with which entry.
func (r *Reader) fail(what string, i int, err error) error {
	return fmt.Errorf("%s archive entry %q: %w", what, r.a.items[i].Name, err)
}
