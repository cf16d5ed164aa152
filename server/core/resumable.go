package core

import "time"

// ResumableInstance is the Instance of an Uploading file whose bytes arrive piece by piece: no
// single daemon is receiving it.
const ResumableInstance = "resumable"

// Resumable is the transfer of one file that may stop and go on as often as it must.
type Resumable struct {
	ID       string   // names it in URLs, 32 random characters: a secret
	UploadID UploadID // where the file belongs; empty for a Partial
	FileID   FileID   // the file; for a Partial a name of its own
	Owner    UserID   // whose quota it takes; empty: nobody's
	// Bound means that each request needs a right to the upload. Of others the id is right enough.
	Bound bool

	Partial bool     // a piece of what is joined later
	Parts   []string // ids that were joined; empty: it arrived in one piece

	Length int64 // bytes; -1: not known yet
	Offset int64 // bytes that are safe
	Done   bool  // the file is there

	// What was computed of the bytes up to Offset.
	MD5    []byte // state of the hash, see encoding.BinaryMarshaler; empty: not computed
	CRC32  uint32
	Head   []byte // the first bytes, to tell the type by
	Digest bool   // the file's digest is still to be computed

	Metadata  string // as its client sent it, to be handed back
	CreatedAt time.Time
	UpdatedAt time.Time // of the last byte
}

// Complete tells whether all bytes are there.
func (r *Resumable) Complete() bool { return r.Length >= 0 && r.Offset == r.Length }

// NewResumableID returns a fresh random id (190 bits).
func NewResumableID() string { return RandomText(32) }
