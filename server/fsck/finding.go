package fsck

import (
	"fmt"
	"strings"

	"github.com/root-gg/plik/server/core"
)

// Problem is what is wrong.
type Problem string

// The problems Run finds.
const (
	NoObject   Problem = "no data"             // a file is Uploaded and its object is not there
	WrongSize  Problem = "wrong size"          // a file is Uploaded and its object is longer or shorter
	Unreadable Problem = "unreadable"          // a file is Uploaded and its object cannot be opened; never repaired
	NoFile     Problem = "data without a file" // an object is nobody's, or its file was never sent or is deleted
	Leftover   Problem = "unfinished data"     // what an upload that died left behind
)

// Finding is something that is not as it should be.
type Finding struct {
	Problem Problem
	Upload  core.UploadID // may be empty where there is no file
	File    core.FileID
	Name    string      // of the file, of the leftover where there is none
	Status  core.Status // of the file; empty: there is none
	// Size is that of the file for NoObject, WrongSize and Unreadable, and what is stored for
	// NoFile and Leftover, in bytes.
	Size     int64
	Repaired bool
	Err      error // why it could not be judged or repaired
}

// String is one line for people.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: file %s", f.Problem, f.File)
	if f.Upload != "" {
		fmt.Fprintf(&b, " of upload %s", f.Upload)
	}
	if f.Name != "" {
		fmt.Fprintf(&b, " %q", f.Name)
	}
	if f.Status != "" {
		fmt.Fprintf(&b, ", %s", f.Status)
	}
	fmt.Fprintf(&b, ", %d bytes", f.Size)
	switch {
	case f.Err != nil:
		fmt.Fprintf(&b, ": %v", f.Err)
	case f.Repaired:
		b.WriteString(" (repaired)")
	}
	return b.String()
}
