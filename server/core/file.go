package core

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Status is where a file is on its way from declared to gone.
type Status string

// The states of a file. Only the moves of CanMove are made, each as one
// compare-and-set, so of two at once exactly one wins.
const (
	Missing   Status = "missing"   // declared, no bytes yet
	Uploading Status = "uploading" // bytes arriving, or a stream waiting for its receiver
	Uploaded  Status = "uploaded"  // bytes stored and served
	Removed   Status = "removed"   // no longer served; bytes still to be deleted
	Deleted   Status = "deleted"   // bytes gone; final
)

// CanMove tells whether a file may go from one state to the other.
func CanMove(from, to Status) bool {
	switch from {
	case Missing:
		return to == Uploading || to == Deleted
	case Uploading:
		return to == Missing || to == Uploaded || to == Removed || to == Deleted
	case Uploaded:
		return to == Removed || to == Deleted
	case Removed:
		return to == Deleted
	}
	return false
}

// MaxNameLength is the longest file name, in bytes.
const MaxNameLength = 1024

// File is one file of an upload.
type File struct {
	ID       FileID
	UploadID UploadID
	Name     string
	Status   Status
	Size     int64  // declared until uploaded, then real
	MD5      string // lower-case hex; empty: not computed
	CRC32    uint32 // IEEE, valid when HasCRC32
	HasCRC32 bool
	Type     string // declared until uploaded, then detected
	// Reference is the client's own mark, handed back untouched.
	Reference string
	// BackendDetails is what the data backend needs to find the bytes again. Secret.
	BackendDetails string
	// Instance is the daemon that is receiving the file; set while Uploading.
	Instance string
	// Reserved is how many bytes of its owner's quota a file holds while Uploading.
	Reserved  int64
	CreatedAt time.Time
}

// CheckName tells why name cannot be a file's name: nil if it can.
// Errors are KindInvalid.
func CheckName(name string) error {
	switch {
	case name == "":
		return E(KindInvalid, "file_name_missing", "missing file name")
	case len(name) > MaxNameLength:
		return E(KindInvalid, "file_name_too_long", "file name %s... is too long, maximum length is %d characters", firstBytes(name, 20), MaxNameLength)
	case !utf8.ValidString(name):
		return E(KindInvalid, "file_name_invalid", "invalid file name : it is not valid UTF-8")
	case name == "." || name == "..":
		return E(KindInvalid, "file_name_invalid", "invalid file name : %q names a directory", name)
	case strings.ContainsAny(name, `/\`):
		return E(KindInvalid, "file_name_invalid", `invalid file name : / and \ are not allowed`)
	case strings.ContainsFunc(name, unicode.IsControl):
		return E(KindInvalid, "file_name_invalid", "invalid file name : control characters are not allowed")
	}
	return nil
}

// firstBytes cuts s to n bytes at most, never inside a character.
func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
