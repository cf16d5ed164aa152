package swift

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/core"
)

var (
	errKey        = core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	errAbsent     = core.E(core.KindNotFound, "data_not_found", "the data of this file is not there")
	errUnfinished = core.E(core.KindNotFound, "data_not_found", "the bytes of this upload are not there any more, begin it anew")
	errNoSpace    = core.E(core.KindNoSpace, "no_space", "the server has no space left to store this file")
)

// statusOf returns the HTTP status that err stands for, 0 when there was no answer.
func statusOf(err error) int {
	if e, ok := errors.AsType[*lib.Error](err); ok {
		return e.StatusCode
	}
	return 0
}

func absent(err error) bool { return statusOf(err) == http.StatusNotFound }

// lastError is one after which the request cannot be repeated.
type lastError struct{ error }

func (e lastError) Unwrap() error { return e.error }

// transient tells whether the same request may succeed later.
func transient(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if _, ok := errors.AsType[lastError](err); ok {
		return false
	}
	switch code := statusOf(err); code {
	case 0, http.StatusRequestTimeout, http.StatusTooManyRequests, 498:
		return true
	case http.StatusNotImplemented, http.StatusInsufficientStorage:
		return false
	default:
		return code >= 500
	}
}

// patience is after how long no further attempt is made.
const patience = 30 * time.Second

// retry calls f until it succeeds, fails for good, or it has taken too long. f is given a ctx that
// ends with the attempt.
func (s *Store) retry(ctx context.Context, f func(context.Context) error) error {
	began, renewed := s.now(), false
	for attempt := 0; ; attempt++ {
		err := once(ctx, f)
		if ctx.Err() != nil && err != nil {
			return context.Cause(ctx)
		}
		if _, last := errors.AsType[lastError](err); statusOf(err) == http.StatusUnauthorized && !renewed && !last {
			renewed = true // the library asks for a token now
			continue
		}
		if !transient(err) || attempt == len(s.pauses) || s.now().Sub(began) > patience {
			return err
		}
		if err := pause(ctx, s.pauses[attempt]); err != nil {
			return err
		}
	}
}

func once(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return f(ctx)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// failure describes what went wrong, without what is secret: a server may put into an error what it
// was sent.
func (s *Store) failure(what string, err error) error {
	if _, ok := errors.AsType[*core.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("swift: cannot %s: %s", what, s.redact(err.Error()))
}

// storing is failure for a write.
func (s *Store) storing(what string, err error) error {
	switch statusOf(err) {
	case http.StatusRequestEntityTooLarge, http.StatusInsufficientStorage: // a quota is the former
		return errNoSpace.Because(s.failure(what, err))
	}
	return s.failure(what, err)
}

// maxMessage is how much of an answer goes into an error, in bytes: some answers are pages.
const maxMessage = 500

func (s *Store) redact(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, secret := range append(slices.Clone(s.secrets), s.transport.lastToken()) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
			text = strings.ReplaceAll(text, url.QueryEscape(secret), "***")
		}
	}
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "..."
	}
	return text
}

// call makes a request that lib has no function for. There is no answer to read.
func (s *Store) call(ctx context.Context, o lib.RequestOpts) (lib.Headers, error) {
	base, err := s.conn.GetStorageUrl(ctx)
	if err != nil {
		return nil, err
	}
	o.NoResponse = true
	o.OnReAuth = func() (string, error) { return s.conn.StorageUrl, nil }
	_, headers, err := s.conn.Call(ctx, base, o)
	return headers, err
}

// putBytes stores a small object, with several attempts.
func (s *Store) putBytes(ctx context.Context, container, name string, b []byte, parameters url.Values) error {
	sum := md5.Sum(b)
	h := lib.Headers{"Content-Length": strconv.Itoa(len(b)), "Content-Type": contentType}
	if parameters == nil { // the sum of a manifest is another thing
		h["Etag"] = hex.EncodeToString(sum[:])
	}
	return s.retry(ctx, func(ctx context.Context) error {
		_, err := s.call(ctx, lib.RequestOpts{
			Container: container, ObjectName: name, Operation: http.MethodPut, Headers: h, Parameters: parameters,
			Body: struct{ io.Reader }{bytes.NewReader(b)}, // else it is rewound while it is read
		})
		return err
	})
}

// head returns what Swift says of an object.
func (s *Store) head(ctx context.Context, container, name string) (o lib.Object, err error) {
	err = s.retry(ctx, func(ctx context.Context) error {
		o, _, err = s.conn.Object(ctx, container, name)
		return err
	})
	return o, err
}

// remove deletes an object; an absent one is no error.
func (s *Store) remove(ctx context.Context, container, name string) error {
	err := s.retry(ctx, func(ctx context.Context) error {
		_, err := s.call(ctx, lib.RequestOpts{Container: container, ObjectName: name, Operation: http.MethodDelete})
		return err
	})
	if absent(err) {
		return nil
	}
	return err
}

// contentType is that of every object: what is in them is nobody's business here.
const contentType = "application/octet-stream"
