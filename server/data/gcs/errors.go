package gcs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"google.golang.org/api/googleapi"

	"github.com/root-gg/plik/server/core"
)

var (
	errKey        = core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	errRange      = core.E(core.KindInvalid, "range_invalid", "invalid range")
	errAbsent     = core.E(core.KindNotFound, "data_not_found", "the data of this file is not there")
	errUnfinished = core.E(core.KindNotFound, "data_not_found", "the bytes of this upload are not there any more, begin it anew")
	errNoSpace    = core.E(core.KindNoSpace, "no_space", "the server has no space left to store this file")
)

// statusOf returns the HTTP status that err stands for, 0 when there was no answer.
func statusOf(err error) int {
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return e.Code
	}
	return 0
}

// failure describes what went wrong, without what is secret. What ctx ended with is returned as it is.
func failure(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, ok := errors.AsType[*core.Error](err); ok {
		return err
	}
	failed := fmt.Errorf("gcs: cannot %s: %s", what, redact(err.Error()))
	if statusOf(err) == http.StatusInsufficientStorage {
		return errNoSpace.Because(failed)
	}
	return failed
}

// secret is what may be used in the place of its owner: the session of an upload is in its URL, and a
// service of tokens may put into an error what it was sent.
var secret = regexp.MustCompile(`(?i)(upload_id|access_token|refresh_token|id_token|client_secret|private_key|assertion|X-Goog-Signature|Signature|Bearer)(["']?\s*[=: ]\s*["']?)[^\s&"',}]+`)

func redact(text string) string { return secret.ReplaceAllString(text, "$1$2***") }
