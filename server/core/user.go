package core

import (
	"strings"
	"time"
)

// User is somebody with an account.
type User struct {
	ID       UserID // provider:login
	Provider string // "local", "google", "ovh", "github", "oidc"
	Login    string // name or id at the provider
	Password string // hash of a local user's password, see package password; secret
	Name     string // for people
	Email    string
	Admin    bool // administrates the server
	Limits
	// Generation counts how often all sessions were ended. Sessions of another generation
	// are void; those of Plik 1.3 have generation 0.
	Generation int
	CreatedAt  time.Time
}

// Limits are what a user may do: zero is the server's limit, negative none.
type Limits struct {
	MaxFileSize int64 // bytes of one file
	MaxUserSize int64 // bytes of all the user's files
	MaxTTL      int   // seconds
}

// NewUserID returns the id of the account that provider knows as login.
func NewUserID(provider, login string) UserID { return UserID(provider + ":" + login) }

// Split returns provider and login; ok is false when id is not made of them.
func (id UserID) Split() (provider, login string, ok bool) {
	provider, login, ok = strings.Cut(string(id), ":")
	return provider, login, ok && provider != "" && login != ""
}

// UserStats counts what a user has.
type UserStats struct {
	Uploads, Files int   // uploads not deleted, files Uploaded
	TotalSize      int64 // bytes
}
