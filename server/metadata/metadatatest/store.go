// Package metadatatest holds what every metadata store has to do, as tests, and a maker of
// large databases for measurements.
package metadatatest

import (
	"context"

	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/fsck"
	"github.com/root-gg/plik/server/uploads"
)

// Store is everything that is asked of a metadata store.
type Store interface {
	uploads.Store
	cleaner.Store
	fsck.Store
	Ping(ctx context.Context) error
	Stats(ctx context.Context) (core.Stats, error)
	Setting(ctx context.Context, key string) (string, error)
	SetSettingIfAbsent(ctx context.Context, key, value string) (current string, err error)
}
