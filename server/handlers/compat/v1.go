// Package compat understands what clients older than Plik 1.3, and ShareX, send.
package compat

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/root-gg/plik/plik/api"
)

// ParseV1 reads a body in the old shape, which is told by its files being an object.
// ok is false for every other body, the malformed ones among them.
func ParseV1(body []byte) (n *api.NewUpload, ok bool) {
	var shape struct {
		Files json.RawMessage `json:"files"`
	}
	if json.Unmarshal(body, &shape) != nil || !bytes.HasPrefix(shape.Files, []byte("{")) {
		return nil, false
	}
	var old api.NewUploadV1
	if json.Unmarshal(body, &old) != nil {
		return nil, false
	}
	n = &old.NewUpload
	for _, k := range slices.Sorted(maps.Keys(old.Files)) {
		n.Files = append(n.Files, old.Files[k])
	}
	return n, true
}
