package cleaner

import (
	"context"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Store is what the cleaner asks of the metadata. It is safe for concurrent use, also
// by several daemons on one database.
type Store interface {
	// ExpireUploads marks up to limit uploads that expired before now as deleted, as
	// RemoveUpload does, and returns how many.
	ExpireUploads(ctx context.Context, now time.Time, limit int) (int, error)
	// RemovedFiles returns up to limit files in state Removed with an id greater than after, by id.
	RemovedFiles(ctx context.Context, after core.FileID, limit int) ([]*core.File, error)
	// MoveFile is uploads.Store's.
	MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error
	// PurgeUploads looks at up to limit deleted uploads with an id greater than after, by id. It
	// drops the rows of those whose files are all Deleted, and marks the files of the others as
	// RemoveUpload does. It returns the last id it looked at (empty: there were none), and how many
	// uploads and files it dropped.
	PurgeUploads(ctx context.Context, after core.UploadID, limit int) (last core.UploadID, uploads, files int, err error)
	// PurgeOrphans drops the rows of files without an upload and of tokens without a user.
	PurgeOrphans(ctx context.Context) (files, tokens int, err error)
	// PurgeSessions drops the notes of ended sessions that would be over by now anyway.
	PurgeSessions(ctx context.Context, now time.Time) (int, error)
	// PurgeDeviceLogins drops the device logins whose time was over before now.
	PurgeDeviceLogins(ctx context.Context, now time.Time) (int, error)

	// StaleUploading returns the Uploading files that no instance of live is receiving,
	// those with no instance at all among them, but not those of core.ResumableInstance.
	StaleUploading(ctx context.Context, live []string) ([]*core.File, error)
	// Heartbeat records that the instance was alive at i.SeenAt.
	Heartbeat(ctx context.Context, i core.Instance) error
	// Instances returns every known instance.
	Instances(ctx context.Context) ([]core.Instance, error)
	// ForgetInstance drops an instance.
	ForgetInstance(ctx context.Context, id string) error
	// AcquireLease makes holder the only holder of the named lease until the given time. It fails
	// (false, nil) while another one's lease lasts at now. A holder may renew its own.
	AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	// ReleaseLease ends the lease if holder has it.
	ReleaseLease(ctx context.Context, name, holder string) error
}
