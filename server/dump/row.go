package dump

import (
	"iter"

	"github.com/root-gg/plik/server/core"
)

// Setting is what all servers on a database agree on under a key.
type Setting struct{ Key, Value string }

// Source is where the rows of an export come from. None may be nil; each yields an error at
// most once, last. They are gone through one after the other, and may change meanwhile.
type Source struct {
	Users    iter.Seq2[*core.User, error]
	Tokens   iter.Seq2[*core.Token, error]
	Uploads  iter.Seq2[*core.Upload, error] // those deleted already too, without Files
	Files    iter.Seq2[*core.File, error]   // in the order they have in their upload
	Settings iter.Seq2[Setting, error]
}

// Sink takes the rows of an import, users before tokens before uploads before files before
// settings. A *core.Error that is KindConflict (the id is taken) or KindInvalid (no such
// parent, say) concerns the one row only; its Text must hold no secret. Any other error ends
// the import.
type Sink interface {
	User(*core.User) error
	Token(*core.Token) error
	Upload(*core.Upload) error
	File(*core.File) error
	Setting(key, value string) error
}

// Counts is how many rows there are of each kind.
type Counts struct {
	Users    int `json:"users"`
	Tokens   int `json:"tokens"`
	Uploads  int `json:"uploads"`
	Files    int `json:"files"`
	Settings int `json:"settings"`
}

func (c *Counts) of(k kind) *int {
	return [...]*int{&c.Users, &c.Tokens, &c.Uploads, &c.Files, &c.Settings}[k]
}

// kind is what a row is about. They are in the order that foreign keys ask for.
type kind int

const (
	userKind kind = iota
	tokenKind
	uploadKind
	fileKind
	settingKind
)

func (k kind) String() string {
	return [...]string{"user", "token", "upload", "file", "setting"}[k]
}

// kindNamed is the reverse of String.
func kindNamed(name string) (kind, bool) {
	for k := userKind; k <= settingKind; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// name tells which row this is, without saying a secret or what may garble a terminal.
func name(row any) string {
	switch r := row.(type) {
	case *core.User:
		return named("user", string(r.ID), validUserID(r.ID))
	case *core.Token:
		return named("token of user", string(r.UserID), validUserID(r.UserID))
	case *core.Upload:
		return named("upload", string(r.ID), validID(string(r.ID)))
	case *core.File:
		return named("file", string(r.ID), validID(string(r.ID)))
	}
	key := row.(Setting).Key
	return named("setting", key, validID(key))
}

func named(what, id string, valid bool) string {
	if !valid {
		return what + " of an invalid id"
	}
	return what + " " + id
}
