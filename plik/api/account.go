package api

import "time"

// User is somebody with an account.
type User struct {
	ID          string    `json:"id,omitempty"` // provider:login
	Provider    string    `json:"provider"`
	Login       string    `json:"login,omitempty"`
	Name        string    `json:"name,omitempty"`
	Email       string    `json:"email,omitempty"`
	Admin       bool      `json:"admin"`
	MaxFileSize int64     `json:"maxFileSize"` // bytes; 0: the server's limit, negative: none
	MaxUserSize int64     `json:"maxUserSize"` // the same
	MaxTTL      int       `json:"maxTTL"`      // seconds; the same
	CreatedAt   time.Time `json:"createdAt"`
}

// NewUser is the body of POST /user.
type NewUser struct {
	Provider    string `json:"provider"`
	Login       string `json:"login"`
	Password    string `json:"password"` // of a local user
	Name        string `json:"name"`
	Email       string `json:"email"`
	Admin       bool   `json:"admin"`
	MaxFileSize int64  `json:"maxFileSize"`
	MaxUserSize int64  `json:"maxUserSize"`
	MaxTTL      int    `json:"maxTTL"`
}

// UserChange is the body of POST /user/{id}. What is absent stays as it is.
type UserChange struct {
	ID          string  `json:"id"`       // of the path, too
	Password    string  `json:"password"` // empty: as it is
	Name        *string `json:"name"`
	Email       *string `json:"email"`
	Admin       *bool   `json:"admin"`
	MaxFileSize *int64  `json:"maxFileSize"`
	MaxUserSize *int64  `json:"maxUserSize"`
	MaxTTL      *int    `json:"maxTTL"`
}

// Login is the body of POST /auth/local/login.
type Login struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

// Token lets a program act for a user.
type Token struct {
	Token      string     `json:"token"`
	Comment    string     `json:"comment,omitempty"`
	Scope      string     `json:"scope,omitempty"` // "read" or "full"; absent: upload
	CreatedAt  time.Time  `json:"createdAt"`
	ExpireAt   *time.Time `json:"expireAt,omitempty"`   // absent: never
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"` // to the hour; absent: not known
}

// NewToken is the body of POST /me/token, which may also be empty.
type NewToken struct {
	Comment  string     `json:"comment"`
	Scope    string     `json:"scope"`    // "upload", "read" or "full"; empty: upload
	TTL      int        `json:"ttl"`      // seconds until it expires; 0: never, unless ExpireAt says when
	ExpireAt *time.Time `json:"expireAt"` // null: never, unless TTL says when
}

// Page is a part of a list.
type Page[T any] struct {
	After   *string `json:"after"`  // cursor to what follows; null: nothing does
	Before  *string `json:"before"` // cursor to what precedes; null: nothing does, or it is the first page
	Results []T     `json:"results"`
	Total   *int    `json:"total,omitempty"` // all there are, when asked for with ?count=true
}

// UserStats counts what a user has.
type UserStats struct {
	Uploads   int   `json:"uploads"`
	Files     int   `json:"files"`
	TotalSize int64 `json:"totalSize"` // bytes
}

// ServerStats counts what the server holds.
type ServerStats struct {
	Users              int   `json:"users"`
	Uploads            int   `json:"uploads"`
	AnonymousUploads   int   `json:"anonymousUploads"`
	Files              int   `json:"files"`
	TotalSize          int64 `json:"totalSize"`          // bytes
	AnonymousTotalSize int64 `json:"anonymousTotalSize"` // bytes
}

// Figures count what belongs together.
type Figures struct {
	Name    string `json:"name"`              // day (2026-01-31), user or media type
	Uploads int    `json:"uploads,omitempty"` // not of a type
	Files   int    `json:"files"`
	Bytes   int64  `json:"bytes"`
}

// Series answers GET /stats/series: what was uploaded on each of the last days and is still there.
type Series struct {
	Days []Figures `json:"days"` // oldest first
}

// Top answers GET /stats/top: who and what takes the most bytes, most first.
type Top struct {
	Users []Figures `json:"users"`
	Types []Figures `json:"types"`
}
