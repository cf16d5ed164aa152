package tus

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"strings"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// checksum reads the header Upload-Checksum: an algorithm and, in base64, the sum. No header: nil.
func checksum(header string) (*uploads.Checksum, error) {
	if header == "" {
		return nil, nil
	}
	algorithm, encoded, ok := strings.Cut(header, " ")
	if !ok {
		return nil, core.E(core.KindInvalid, "checksum_invalid", "invalid Upload-Checksum, use an algorithm and the sum in base64")
	}
	var h hash.Hash
	switch algorithm {
	case "sha1":
		h = sha1.New()
	case "sha256":
		h = sha256.New()
	case "crc32c":
		h = crc32.New(crc32.MakeTable(crc32.Castagnoli))
	default:
		return nil, core.E(core.KindInvalid, "checksum_invalid", "unknown checksum algorithm, use one of %s", algorithms)
	}
	sum, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(sum) != h.Size() {
		return nil, core.E(core.KindInvalid, "checksum_invalid", "invalid Upload-Checksum, use an algorithm and the sum in base64")
	}
	return &uploads.Checksum{Hash: h, Sum: sum}, nil
}
