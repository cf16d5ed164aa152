package core

import "time"

// UploadID names an upload, FileID a file, UserID a user ("local:alice", empty: nobody).
type (
	UploadID string
	FileID   string
	UserID   string
)

// Upload is a set of files sent together, with the rules they are handed out by.
type Upload struct {
	ID          UploadID
	UploadToken string // proves to be the one who created it

	TTL       int  // seconds the upload lives; zero or negative: for ever
	ExtendTTL bool // each successful access starts the TTL anew

	Stream    bool // bytes go from sender to receiver, nothing is stored
	OneShot   bool // each file is handed out once
	Removable bool // anyone may delete it

	ProtectedByPassword bool
	Login               string
	Password            string // hash, see package password

	Comments string
	RemoteIP string // address of the creator
	User     UserID // owner; empty: anonymous
	Token    string // API token it was created with

	CreatedAt time.Time
	DeletedAt time.Time // zero: not deleted
	ExpireAt  time.Time // zero: never

	Files []*File
}

// Expired tells whether the upload's time is over.
func (u *Upload) Expired(now time.Time) bool {
	return !u.ExpireAt.IsZero() && now.After(u.ExpireAt)
}

// ExpiryAfter returns when an upload that is touched at now expires; zero: never.
func (u *Upload) ExpiryAfter(now time.Time) time.Time {
	if u.TTL <= 0 {
		return time.Time{}
	}
	return now.Add(time.Duration(u.TTL) * time.Second)
}

// Clock tells the time; time.Now in production.
type Clock func() time.Time
