package s3

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/minio/minio-go/v7"

	"github.com/root-gg/plik/server/core"
)

var (
	errInvalidID        = core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	errRange            = core.E(core.KindInvalid, "range_invalid", "invalid range")
	errAbsent           = core.E(core.KindNotFound, "data_not_found", "the data of this file is not there")
	errUnfinishedAbsent = core.E(core.KindNotFound, "data_not_found", "the bytes of this upload are not there any more, begin it anew")
	errNoSpace          = core.E(core.KindNoSpace, "no_space", "the server has no space left to store this file")
	errTooLarge         = core.E(core.KindTooLarge, "file_too_large", "the file has more parts than the store takes")
	errUnavailable      = core.E(core.KindUnavailable, "store_unavailable", "the store of the files does not answer, try again later")
)

// codeOf returns the code of the store's answer, "" when err is none.
func codeOf(err error) string { return answerOf(err).Code }

// answerOf returns the store's answer, an empty one when err is none.
func answerOf(err error) minio.ErrorResponse {
	answer, _ := errors.AsType[minio.ErrorResponse](err)
	return answer
}

// failure says what could not be done. The secrets of the store are never in it.
func (s *Store) failure(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, ok := errors.AsType[*core.Error](err); ok {
		return err
	}
	answer := answerOf(err)
	if answer.Code != "" { // the text alone is often not enough
		doing += ": " + answer.Code
	}
	cause := fmt.Errorf("%s: %w", doing, s.discreet(err))
	switch {
	case full(answer):
		return errNoSpace.Because(cause)
	case answer.Code == minio.NoSuchKey:
		return errAbsent.Because(cause)
	case answer.Code == minio.NoSuchUpload:
		return errUnfinishedAbsent.Because(cause)
	case transient(err):
		return errUnavailable.Because(cause)
	}
	return cause
}

// full tells whether the store has no space, or its owner has used up a quota.
func full(answer minio.ErrorResponse) bool {
	switch answer.Code {
	case "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "AccountQuotaExceeded",
		"StorageQuotaExceeded", "NoSpaceLeft", "InsufficientStorage":
		return true
	}
	const insufficientStorage = 507 // RFC 4918
	return answer.StatusCode == insufficientStorage
}

// transient tells whether asking again may help.
func transient(err error) bool {
	answer, ok := errors.AsType[minio.ErrorResponse](err)
	if !ok {
		return broken(err)
	}
	switch answer.Code {
	case "RequestTimeout", "Throttling", "ThrottlingException", "RequestLimitExceeded", "RequestThrottled",
		"InternalError", "SlowDown", "SlowDownWrite", "SlowDownRead", "BadDigest", "XAmzContentChecksumMismatch",
		"IncompleteBody": // we send all: this is how MinIO says that its disk is too slow
		return true
	}
	switch answer.StatusCode {
	case 408, 429, 499, 500, 502, 503, 504, 520:
		return true
	}
	return false
}

// broken tells whether err is one of a connection, and not about who the store is.
func broken(err error) bool {
	if _, ok := errors.AsType[*core.Error](err); ok { // of something that was tried again already
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		return false
	}
	for _, known := range []error{
		io.EOF, io.ErrUnexpectedEOF, io.ErrNoProgress, net.ErrClosed,
		context.Canceled, context.DeadlineExceeded, // a time limit of ours: who left is seen before
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	_, network := errors.AsType[net.Error](err) // *url.Error is one
	_, answer := errors.AsType[*xml.SyntaxError](err)
	return network || answer
}

// discreet returns err without what must stay secret, whatever a store answers.
func (s *Store) discreet(err error) error {
	text := err.Error()
	clean := strings.NewReplacer(s.secrets...).Replace(text)
	if clean == text {
		return err
	}
	return errors.New(clean)
}
