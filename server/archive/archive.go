// Package archive lays out stored (not deflated) zip files. Where each byte goes, and
// how many there are, is known from names, sizes and times alone, so an archive has an
// exact length and can be read from any offset without reading what comes before.
package archive

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"time"
)

// ErrSizeMismatch is the cause of a read that fails because the source of an entry
// holds fewer or more bytes than the entry says.
var ErrSizeMismatch = errors.New("source and declared size differ")

// Entry is one file of an archive.
type Entry struct {
	// Name is made safe and unique by New, see SafeNames.
	Name string
	// Size is the exact number of bytes Open yields from offset 0.
	Size int64
	// Modified is kept to the second, in UTC. Zero: unknown.
	Modified time.Time
	// CRC32 returns the IEEE checksum of the content. It is called at most once per
	// Reader, when a header that holds it is read, and never for an empty entry. It
	// may have to read the content.
	CRC32 func(ctx context.Context) (uint32, error)
	// Open returns the content from offset on. An *os.File returned as such can be
	// sent by the kernel, see WriteN.
	Open func(ctx context.Context, offset int64) (io.ReadCloser, error)
}

// Archive is the layout of a zip file. It does not change and is safe for concurrent use.
type Archive struct {
	items    []item
	dirStart int64 // offset of the central directory
	endStart int64 // offset of what follows the last central directory entry
	size     int64
}

// item is an entry with its place.
type item struct {
	Entry

	start int64 // offset of the local header
	dir   int64 // offset of the central directory entry
}

// New lays out an archive of entries, in their order. Names go through SafeNames.
// Entries with a negative size, or without CRC32 or Open, and archives of more than
// 2^63-1 bytes are errors.
func New(entries []Entry) (*Archive, error) {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name
	}
	names = SafeNames(names)

	a := &Archive{items: make([]item, len(entries))}
	var sum offset
	for i, e := range entries {
		if e.Size < 0 || e.CRC32 == nil || e.Open == nil {
			return nil, fmt.Errorf("archive entry %q needs a size, CRC32 and Open", e.Name)
		}
		e.Name = names[i]
		a.items[i] = item{Entry: e, start: sum.at}
		sum.add(int64(a.items[i].localLen()))
		sum.add(e.Size)
	}
	a.dirStart = sum.at
	for i := range a.items {
		a.items[i].dir = sum.at
		sum.add(int64(a.items[i].centralLen()))
	}
	a.endStart = sum.at
	sum.add(int64(len(a.appendEnd(nil))))
	a.size = sum.at
	if sum.overflow {
		return nil, errors.New("archive is too large for a zip file")
	}
	return a, nil
}

// Size returns the length of the archive in bytes.
func (a *Archive) Size() int64 { return a.size }

// Fingerprint identifies the content as far as names, sizes and times do: it is a
// fixed-length text fit for an ETag (to be quoted), the same on every machine.
// Checksums are not part of it.
func (a *Archive) Fingerprint() string {
	const layout = "plik zip 1" // to be changed with the layout
	h := sha256.New()
	h.Write([]byte(layout))
	var buf []byte
	for i := range a.items {
		it := &a.items[i]
		buf = binary.AppendUvarint(buf[:0], uint64(len(it.Name)))
		buf = append(buf, it.Name...)
		buf = binary.LittleEndian.AppendUint64(buf, uint64(it.Size))
		buf = binary.LittleEndian.AppendUint64(buf, uint64(it.Modified.Unix()))
		buf = binary.LittleEndian.AppendUint32(buf, uint32(it.Modified.Nanosecond()))
		h.Write(buf)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// NewReader returns a reader of the archive at its first byte. ctx is handed to the
// entries and ends reading when it is done. Close it.
func (a *Archive) NewReader(ctx context.Context) *Reader {
	return &Reader{a: a, ctx: ctx}
}

// entryAt returns the entry whose local header or content holds pos < dirStart.
func (a *Archive) entryAt(pos int64) int {
	return sort.Search(len(a.items), func(i int) bool { return a.items[i].start > pos }) - 1
}

// dirEntryAt returns the entry whose central directory entry holds pos, in [dirStart, endStart).
func (a *Archive) dirEntryAt(pos int64) int {
	return sort.Search(len(a.items), func(i int) bool { return a.items[i].dir > pos }) - 1
}

// offset adds up lengths and remembers that they went beyond int64.
type offset struct {
	at       int64
	overflow bool
}

func (o *offset) add(n int64) {
	if n > math.MaxInt64-o.at {
		o.overflow = true
		return
	}
	o.at += n
}
