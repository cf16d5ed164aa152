// Package api holds the JSON bodies of Plik's HTTP API, as server and client both
// speak it. It imports the standard library only.
package api

import (
	"time"
)

// Upload is an upload as its reader may see it.
type Upload struct {
	ID                  string     `json:"id"`
	TTL                 int        `json:"ttl"` // seconds; zero or negative: never expires
	ExtendTTL           bool       `json:"extend_ttl"`
	DownloadDomain      string     `json:"downloadDomain"`
	Comments            string     `json:"comments"`
	Files               []*File    `json:"files"`
	UploadToken         string     `json:"uploadToken,omitempty"` // for upload administrators only
	Admin               bool       `json:"admin"`                 // the reader is upload administrator
	Stream              bool       `json:"stream"`
	OneShot             bool       `json:"oneShot"`
	Removable           bool       `json:"removable"`
	ProtectedByPassword bool       `json:"protectedByPassword"`
	CreatedAt           time.Time  `json:"createdAt"`
	ExpireAt            *time.Time `json:"expireAt"` // null: never

	// In the lists of owners and administrators only.
	UploadIP string `json:"uploadIp,omitempty"`
	User     string `json:"user,omitempty"`  // owner
	Token    string `json:"token,omitempty"` // API token it was made with; of others only how it begins
}

// File is one file of an upload.
type File struct {
	ID        string    `json:"id"`
	Name      string    `json:"fileName"`
	Status    string    `json:"status"`
	MD5       string    `json:"fileMd5"`
	Type      string    `json:"fileType"`
	Size      int64     `json:"fileSize"`
	Reference string    `json:"reference"`
	CreatedAt time.Time `json:"createdAt"`
}

// NewUpload is what a client may ask for when it creates an upload; whatever else
// its JSON holds is ignored.
type NewUpload struct {
	TTL       int    `json:"ttl"`
	ExtendTTL bool   `json:"extend_ttl"`
	Comments  string `json:"comments"`
	Stream    bool   `json:"stream"`
	OneShot   bool   `json:"oneShot"`
	Removable bool   `json:"removable"`
	Login     string `json:"login"`
	Password  string `json:"password"`

	Files []*NewFile `json:"files"`
}

// NewFile announces a file of an upload that is being created.
type NewFile struct {
	Name      string `json:"fileName"`
	Type      string `json:"fileType"`
	Size      int64  `json:"fileSize"`
	Reference string `json:"reference"`
}

// BuildInfo answers GET /version.
type BuildInfo struct {
	Version string `json:"version"`
	Date    int64  `json:"date"` // Unix seconds, zero when unknown

	User             string `json:"user,omitempty"`
	Host             string `json:"host,omitempty"`
	GoVersion        string `json:"goVersion,omitempty"`
	GitShortRevision string `json:"gitShortRevision,omitempty"`
	GitFullRevision  string `json:"gitFullRevision,omitempty"`

	IsRelease bool `json:"isRelease"`
	IsMint    bool `json:"isMint"`

	Clients  []Client  `json:"clients"`
	Releases []Release `json:"releases"`
}

// Client is a command line client that the server offers for download.
type Client struct {
	Name string `json:"name"`
	MD5  string `json:"md5"`
	Path string `json:"path"` // relative to the server's URL
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// Release is a version with release notes under /changelog/.
type Release struct {
	Name string `json:"name"`
	Date int64  `json:"date"` // Unix seconds
}

// Problem is an error as RFC 9457 spells it, for clients that ask for JSON.
type Problem struct {
	Type   string `json:"type"` // about:blank
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Ref    string `json:"ref,omitempty"` // request id, on server errors
}
