// Package data defines how file bytes are stored. The backends are the packages
// below it; none of them is imported here.
package data

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Backend stores file bytes. Implementations are safe for concurrent use.
type Backend interface {
	// Put stores all of r under key. The object is visible only when Put returns nil:
	// a Put that failed, or whose ctx ended, leaves nothing that Open can see and no
	// other trace. r is read once, to its end; an error of r is returned as it is.
	// size is the length of r in bytes, -1 when unknown; it is a hint, not trusted.
	// A full disk or quota is KindNoSpace.
	Put(ctx context.Context, key Key, r io.Reader, size int64) (Stored, error)
	// Open returns the bytes of rng; what of it lies past the end reads as nothing. An absent
	// object is KindNotFound, a negative Range KindInvalid.
	Open(ctx context.Context, key Key, rng Range) (io.ReadCloser, error)
	// Delete removes the object. Deleting an absent object is not an error.
	Delete(ctx context.Context, key Key) error
}

// Key names an object.
type Key struct {
	Upload  core.UploadID
	File    core.FileID
	Details string // what Put returned in Stored.Details
}

// KeyOf returns the key of f.
func KeyOf(f *core.File) Key {
	return Key{Upload: f.UploadID, File: f.ID, Details: f.BackendDetails}
}

// maxIDLength is the longest id a Plain key has, in bytes.
const maxIDLength = 64

// Plain tells whether the ids of k are [A-Za-z0-9_-], 1 to 64 bytes, so that they may be used
// as names in a file system or a bucket; Upload may also be empty. A backend that meets another
// key stores nothing (KindInvalid), finds nothing (KindNotFound) and has nothing to delete.
func (k Key) Plain() bool {
	return PlainID(string(k.File)) && (k.Upload == "" || PlainID(string(k.Upload)))
}

// PlainID tells whether id is [A-Za-z0-9_-], 1 to 64 bytes.
func PlainID(id string) bool {
	if id == "" || len(id) > maxIDLength {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// Stored is what a Put leaves behind.
type Stored struct {
	Size    int64  // bytes stored
	Details string // to be kept with the file and given back in Key; may hold secrets
}

// Range is a part of an object: Length bytes from Offset on. A Length of zero means up to the end.
type Range struct{ Offset, Length int64 }

// Lister is a Backend that can list its objects, for fsck and the cleaner.
type Lister interface {
	// List yields every object and every leftover of an unfinished Put, in no order.
	// It ends at the first error.
	List(ctx context.Context) iter.Seq2[Entry, error]
}

// Entry is what List finds.
type Entry struct {
	Key      Key // only File is always set
	Size     int64
	Modified time.Time
	// Partial marks a leftover of a Put that never ended. Name locates it for Discard.
	Partial bool
	Name    string
}

// Discarder is a Backend that can remove leftovers that List found.
type Discarder interface {
	// Discard removes the leftover. It leaves alone what a running Put of any process
	// is still writing, and then returns false.
	Discard(ctx context.Context, e Entry) (bool, error)
}

// Checker is a Backend that can tell whether it is able to work, for readiness.
type Checker interface {
	Check(ctx context.Context) error
}

// Spacer is a Backend that knows how much it can still take.
type Spacer interface {
	// Free returns the bytes that plikd may still write.
	Free(ctx context.Context) (int64, error)
}

// Unwrapper is a Backend around another one.
type Unwrapper interface{ Unwrap() Backend }

// As returns the first backend in the chain of wrappers that implements T.
func As[T any](b Backend) (T, bool) {
	for {
		if t, ok := b.(T); ok {
			return t, true
		}
		u, ok := b.(Unwrapper)
		if !ok {
			var zero T
			return zero, false
		}
		b = u.Unwrap()
	}
}
