package uploads

import (
	"context"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Store keeps what is known of uploads and files. It is safe for concurrent use.
// Every method that changes something does it in one statement or one transaction.
type Store interface {
	// CreateUpload inserts u and its files, all or nothing. A file that is Uploaded survives a
	// power cut once it returns, here and in AddFile and MoveFile. After an error other than a
	// *core.Error the change may have been made all the same.
	CreateUpload(ctx context.Context, u *core.Upload) error

	// Upload returns an upload without its files. Absent or deleted: KindNotFound.
	Upload(ctx context.Context, id core.UploadID) (*core.Upload, error)
	// UploadWithFiles returns an upload with its files, in the order they were added.
	// Absent or deleted: KindNotFound.
	UploadWithFiles(ctx context.Context, id core.UploadID) (*core.Upload, error)
	// UploadAndFile returns an upload without its files and one file of it, which is nil
	// when there is none of that id in this upload. Absent or deleted upload: KindNotFound.
	UploadAndFile(ctx context.Context, id core.UploadID, file core.FileID) (*core.Upload, *core.File, error)

	// AddFile inserts f unless the upload has max files that are not Deleted already:
	// that is KindTooLarge. max <= 0: no limit. Upload gone meanwhile: KindNotFound.
	AddFile(ctx context.Context, f *core.File, max int) error
	// MoveFile brings f from the state it holds to another one and saves what edit changes
	// with it, in one statement. f is what the caller believes: when the row's status, or
	// the instance of an Uploading one, differs it is KindConflict, and neither row nor f
	// change. On success f is what the row holds. edit may be nil; it must not set Status.
	// Instance is kept on the way to Uploading, set on the way to Removed when edit sets it (the
	// bytes are still being handed out by that daemon), and cleared on every other way.
	MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error
	// ClaimFiles moves those of the files that are Uploaded to Removed and returns the ids it moved:
	// of concurrent callers exactly one gets each. Their Instance is the one given.
	ClaimFiles(ctx context.Context, id core.UploadID, files []core.FileID, instance string) ([]core.FileID, error)
	// SetCRC32 records the checksum of a stored file.
	SetCRC32(ctx context.Context, id core.FileID, crc uint32) error

	// SetExpiry gives a live upload a new end.
	SetExpiry(ctx context.Context, id core.UploadID, at time.Time) error
	// RemoveUpload marks the upload deleted at now, its files Deleted where there are no bytes
	// and Removed where there may be. Absent or deleted already: KindNotFound.
	RemoveUpload(ctx context.Context, id core.UploadID, now time.Time) error

	// User returns the owner of an upload. Absent: KindNotFound.
	User(ctx context.Context, id core.UserID) (*core.User, error)
	// QuotaUsed returns the bytes a user's files take: the sizes of those Uploaded, and what those
	// Uploading have reserved.
	QuotaUsed(ctx context.Context, user core.UserID) (int64, error)
	// Reserve makes n bytes the reservation of f, which this daemon is receiving, unless all
	// the owner's files would then take more than max: that is KindTooLarge. Of any number at once
	// none gets past max. On success f.Reserved is n. A file that is no longer Uploading by f.Instance:
	// KindConflict.
	Reserve(ctx context.Context, f *core.File, owner core.UserID, n, max int64) error
	// TotalSize returns the bytes of all files of the server. It looks at each of them.
	TotalSize(ctx context.Context) (int64, error)

	// CreateResumable inserts r; what is in it survives a power cut, here and in SaveResumable.
	CreateResumable(ctx context.Context, r *core.Resumable) error
	// Resumable returns one. Absent: KindNotFound.
	Resumable(ctx context.Context, id string) (*core.Resumable, error)
	// SaveResumable stores how far r is. Absent: KindNotFound. Further already: KindConflict.
	SaveResumable(ctx context.Context, r *core.Resumable) error
	// DropResumable forgets one. An absent one is no error.
	DropResumable(ctx context.Context, id string) error
	// Resumables returns up to limit with an id greater than after, by id.
	Resumables(ctx context.Context, after string, limit int) ([]*core.Resumable, error)
	// PartialBytes sums the Length, or else the Offset, of a user's Partials.
	PartialBytes(ctx context.Context, owner core.UserID) (int64, error)
	// SetMD5 records the digest of an Uploaded file. Any other is no error.
	SetMD5(ctx context.Context, id core.FileID, md5 string) error
	// File returns a file, of a deleted upload too. Absent: KindNotFound.
	File(ctx context.Context, id core.FileID) (*core.File, error)
}
