package fsck

import (
	"context"

	"github.com/root-gg/plik/server/core"
)

// Store is what fsck asks of the metadata.
type Store interface {
	// Files returns up to limit files with an id greater than after, by id, whatever their state.
	Files(ctx context.Context, after core.FileID, limit int) ([]*core.File, error)
	// File returns one file. Absent: KindNotFound.
	File(ctx context.Context, id core.FileID) (*core.File, error)
	// MoveFile is uploads.Store's.
	MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error
}
