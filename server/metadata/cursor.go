package metadata

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/root-gg/plik/server/core"
)

// maxCursor is the longest cursor that is read, in bytes.
const maxCursor = 1024

// position is a place in a list: the sort key and the id of an item. The key is the text of a
// time just as it is in the row, or a size.
//
// Texts and not times, because two of them may be one moment (Plik 1.3 wrote other zones, and
// fewer digits), while texts and ids together are in one order that loses and repeats nothing.
// So rows of different zones are in the order of their texts, which may be hours from that of
// the times.
type position struct {
	text   string
	size   int64
	bySize bool
	id     string
}

// key is the argument that the key is compared with.
func (p position) key() any {
	if p.bySize {
		return p.size
	}
	return p.text
}

// cursor returns p for clients: [key, id] in JSON in the URL alphabet of base64 (RFC 4648
// section 5), unpadded.
func (p position) cursor() (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode([]any{p.key(), p.id}); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(bytes.TrimSpace(b.Bytes())), nil
}

// parseCursor reads what cursor wrote for a list of the same sort. Anything else is
// KindInvalid.
func parseCursor(s string, bySize bool) (position, error) {
	p := position{bySize: bySize}
	if len(s) > maxCursor {
		return p, cursorInvalid()
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return p, cursorInvalid()
	}
	var fields []json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil || len(fields) != 2 {
		return p, cursorInvalid()
	}
	var key any = &p.text
	if bySize {
		key = &p.size
	}
	if errors.Join(decodeExactly(fields[0], key), decodeExactly(fields[1], &p.id)) != nil {
		return p, cursorInvalid()
	}
	return p, nil
}

// decodeExactly is json.Unmarshal that takes no null.
func decodeExactly(raw json.RawMessage, to any) error {
	if string(raw) == "null" {
		return errors.New("it is null")
	}
	return json.Unmarshal(raw, to)
}

// anyCursor reads the cursor of a page, nil when it has none.
func anyCursor(p core.Page, bySize bool) (*position, error) {
	switch {
	case p.After != "" && p.Before != "":
		return nil, cursorInvalid()
	case p.After == "" && p.Before == "":
		return nil, nil
	}
	at, err := parseCursor(p.After+p.Before, bySize)
	if err != nil {
		return nil, err
	}
	return &at, nil
}

func cursorInvalid() error {
	return core.E(core.KindInvalid, "cursor_invalid", "invalid paging cursor")
}
