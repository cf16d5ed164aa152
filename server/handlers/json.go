package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/root-gg/plik/server/core"
)

// readJSON reads a body that concerns accounts into v; what names it in errors. An empty one
// is io.EOF's business: errors.Is(err, errEmpty).
func readJSON(w http.ResponseWriter, r *http.Request, v any, what string) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAccountJSON))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return core.E(core.KindTooLarge, "body_too_large", "the request body is too large, maximum size is %d bytes", maxAccountJSON)
	}
	if err != nil {
		return core.E(core.KindInvalid, "body_unreadable", "unable to read request body : %s", err)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return core.E(core.KindInvalid, "json_missing", "unable to deserialize %s : missing", what).Because(errEmpty)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return core.E(core.KindInvalid, "json_invalid", "unable to deserialize %s : %s", what, err)
	}
	return nil
}

var errEmpty = errors.New("empty body")
