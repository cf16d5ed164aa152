// Package metadatatest holds what every metadata store has to do, as tests, and a maker of
// large databases for measurements.
package metadatatest

import (
	"context"
	"iter"
	"time"

	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/fsck"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/uploads"
)

// Store is everything that is asked of a metadata store.
type Store interface {
	uploads.Store
	cleaner.Store
	fsck.Store
	accounts.Store
	Ping(ctx context.Context) error
	Setting(ctx context.Context, key string) (string, error)
	SetSettingIfAbsent(ctx context.Context, key, value string) (current string, err error)

	PurgeSessions(ctx context.Context, now time.Time) (int, error)
	RemoveAllUploads(ctx context.Context, now time.Time) (n int, uploading []core.FileID, err error)
	UploadFiles(ctx context.Context, id core.UploadID) ([]*core.File, error)
	AnyUpload(ctx context.Context, id core.UploadID) (*core.Upload, error)

	EachUser(ctx context.Context) iter.Seq2[*core.User, error]
	EachToken(ctx context.Context) iter.Seq2[*core.Token, error]
	EachUpload(ctx context.Context) iter.Seq2[*core.Upload, error]
	EachFile(ctx context.Context) iter.Seq2[*core.File, error]
	EachSetting(ctx context.Context) iter.Seq2[metadata.Setting, error]
	Import(ctx context.Context, fn func(*metadata.Importer) error) error
}
