package data

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Appender is a Backend that takes objects piece by piece, over any time and any number of
// processes. What is unfinished is not seen by Open and List. Its id is Plain, and not that of another
// unfinished object; only one caller at a time may work on it. It is safe for concurrent use otherwise.
type Appender interface {
	// Append opens an unfinished object to go on at offset, after which whatever is there is
	// dropped; offset 0 makes one if there is none. With fewer bytes there it is KindNotFound.
	Append(ctx context.Context, id core.FileID, offset int64) (Piece, error)
	// Join makes a new unfinished object out of others, which stay, and syncs it. An absent one is
	// KindNotFound.
	Join(ctx context.Context, id core.FileID, parts []core.FileID) error
	// Finish makes an unfinished object of size bytes, all of which were synced, the object of
	// key, with what Put promises. Doing so again, as after a crash, is no error.
	Finish(ctx context.Context, id core.FileID, key Key, size int64) (Stored, error)
	// Drop removes an unfinished object. An absent one is no error.
	Drop(ctx context.Context, id core.FileID) error
	// Unfinished yields all of them, in no order. It ends at the first error.
	Unfinished(ctx context.Context) iter.Seq2[Unfinished, error]
}

// Piece is an unfinished object that is open. It belongs to one goroutine.
type Piece interface {
	io.Writer
	// Sync makes what was written survive a power cut.
	Sync() error
	// Truncate drops what lies past size bytes, and goes on there.
	Truncate(size int64) error
	Close() error
}

// Unfinished is what Appender.Unfinished finds.
type Unfinished struct {
	ID       core.FileID
	Modified time.Time
}
