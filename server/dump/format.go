package dump

import (
	"bytes"
	"compress/gzip"
	"io"

	"github.com/root-gg/plik/server/core"
)

// Format is how a dump is written.
type Format int

// The formats.
const (
	JSONLines Format = iota // Plik's own: everything is in it
	Gob                     // that of Plik 1.3
)

// String returns a name for people.
func (f Format) String() string {
	switch f {
	case JSONLines:
		return "JSON Lines"
	case Gob:
		return "Plik 1.3"
	}
	return "unknown"
}

// DetectSize is how many bytes Detect wants to see.
const DetectSize = 1024

const (
	snappyMagic = "\xff\x06\x00\x00sNaPpY"
	gzipMagic   = "\x1f\x8b"
)

// Detect tells the format of a dump, gzipped or not, by its first DetectSize bytes (all of
// them if it has fewer). What is neither format is KindInvalid.
func Detect(head []byte) (Format, error) {
	if isGzip(head) {
		head = inflate(head)
	}
	switch {
	case len(head) == 0:
		return 0, damaged("the file is empty or cut short")
	case head[0] == '{':
		return JSONLines, nil
	case bytes.HasPrefix(head, []byte(snappyMagic)):
		return Gob, nil
	}
	return 0, core.E(core.KindInvalid, "dump_format_unknown", "this is not a metadata export of Plik")
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte(gzipMagic)) }

// inflate returns the first few bytes of what head is the gzipped beginning of.
func inflate(head []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return head
	}
	out := make([]byte, len(snappyMagic))
	n, _ := io.ReadFull(z, out) // what there is must do
	return out[:n]
}

// damaged is the error for a file that cannot be read on.
func damaged(text string, args ...any) *core.Error {
	return core.E(core.KindInvalid, "dump_damaged", text, args...)
}
