package dump_test

import (
	"bytes"
	"errors"
	"iter"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/dump"
)

// database keeps rows in memory, with the primary and foreign keys of the real one.
type database struct {
	users    map[core.UserID]core.User
	tokens   map[string]core.Token
	uploads  map[core.UploadID]core.Upload
	files    map[core.FileID]core.File
	settings map[string]string
}

func newDatabase() *database {
	return &database{map[core.UserID]core.User{}, map[string]core.Token{}, map[core.UploadID]core.Upload{}, map[core.FileID]core.File{}, map[string]string{}}
}

// transaction keeps what do does only if it returns no error.
func (d *database) transaction(do func(dump.Sink) error) error {
	tx := &database{maps.Clone(d.users), maps.Clone(d.tokens), maps.Clone(d.uploads), maps.Clone(d.files), maps.Clone(d.settings)}
	err := do(tx)
	if err == nil {
		*d = *tx
	}
	return err
}

func (d *database) load(t *testing.T, data []byte, o dump.ImportOptions) (r dump.Result, err error) {
	err = d.transaction(func(s dump.Sink) error {
		r, err = dump.Import(t.Context(), bytes.NewReader(data), s, o)
		return err
	})
	return r, err
}

func (d *database) User(u *core.User) error {
	return insert(d.users, u.ID, *u, true)
}

func (d *database) Token(t *core.Token) error {
	_, ok := d.users[t.UserID]
	return insert(d.tokens, t.Token, *t, ok)
}

func (d *database) Upload(u *core.Upload) error {
	return insert(d.uploads, u.ID, *u, true)
}

func (d *database) File(f *core.File) error {
	_, ok := d.uploads[f.UploadID]
	return insert(d.files, f.ID, *f, ok)
}

func (d *database) Setting(key, value string) error {
	return insert(d.settings, key, value, true)
}

func insert[K comparable, V any](table map[K]V, key K, value V, parent bool) error {
	if !parent {
		return core.E(core.KindInvalid, "no_parent", "what it belongs to is missing")
	}
	if _, taken := table[key]; taken {
		// As databases do, the cause repeats the key.
		return core.E(core.KindConflict, "taken", "it exists already").Because(errors.New(core.E(0, "", "duplicate key %v", key).Text))
	}
	table[key] = value
	return nil
}

// rows are what is exported.
type rows struct {
	users    []*core.User
	tokens   []*core.Token
	uploads  []*core.Upload
	files    []*core.File
	settings []dump.Setting
}

func (r rows) source() dump.Source {
	return dump.Source{Users: all(r.users), Tokens: all(r.tokens), Uploads: all(r.uploads), Files: all(r.files), Settings: all(r.settings)}
}

func (r rows) counts() dump.Counts {
	return dump.Counts{Users: len(r.users), Tokens: len(r.tokens), Uploads: len(r.uploads), Files: len(r.files), Settings: len(r.settings)}
}

func (r rows) export(t *testing.T, f dump.Format, o dump.ExportOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := dump.Export(t.Context(), &out, f, r.source(), o)
	require.NoError(t, err)
	return out.Bytes()
}

func all[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// want is what a database must hold after an import.
func (r rows) want() *database {
	d := newDatabase()
	for _, u := range r.users {
		d.users[u.ID] = *u
	}
	for _, t := range r.tokens {
		d.tokens[t.Token] = *t
	}
	for _, u := range r.uploads {
		d.uploads[u.ID] = *u
	}
	for _, f := range r.files {
		c := *f
		c.Instance, c.Reserved = "", 0
		d.files[f.ID] = c
	}
	for _, s := range r.settings {
		d.settings[s.Key] = s.Value
	}
	return d
}

var (
	created = time.Date(2026, 3, 29, 1, 59, 59, 123456789, time.UTC)
	later   = created.Add(1000 * time.Hour)
)

// The secrets of sample: no error and no report may have any in it.
const (
	secretBcrypt  = "$2a$14$SECRETbcryptSECRETbcryptSECRETbcryptSECRETbcryptSECR"
	secretArgon   = "$argon2id$v=19$m=19456,t=2,p=1$SECRETsaltSECRETsalt$SECRETsumSECRETsumSECRETsum"
	secretMD5     = "5ec7e75ec7e75ec7e75ec7e75ec7e75e"
	secretToken   = "5ec7e700-c327-4785-4e45-5ec7e75ec7e7"
	secretUpload  = "SECRETuploadSECRETuploadSECRETup"
	secretKey     = "SECRETsigningSECRETsigningSECRETsigning"
	secretDetails = `{"SSEKey":"SECRETsseSECRETsseSECRETsseSECR"}`
)

// sample has what may be odd in each kind of row.
func sample() rows {
	return rows{
		users: []*core.User{
			{ID: "local:admin", Provider: "local", Login: "admin", Password: secretBcrypt, Name: "Ad Min \U0001F600", Email: "a@x.org",
				Admin: true, Limits: core.Limits{MaxFileSize: -1, MaxUserSize: 1 << 60, MaxTTL: -1}, CreatedAt: created},
			{ID: "local:é日本𝄞", Provider: "local", Login: "é日本𝄞", Name: "line\nbreak \u2028 <b>&amp;</b> \u202e rtl"},
		},
		tokens: []*core.Token{
			{Token: secretToken, UserID: "local:admin", Scope: core.ScopeUpload, Comment: "日本 \"quoted\" \\ \t", CreatedAt: created},
		},
		uploads: []*core.Upload{
			{ID: "2TELLjlXnUBbTZXG", UploadToken: secretUpload, TTL: 3600, ExtendTTL: true, OneShot: true, Removable: true,
				ProtectedByPassword: true, Login: "bob", Password: secretMD5, Comments: "# été\r\n\U0001F4A9", RemoteIP: "fe80::1%eth0",
				User: "local:admin", Token: secretToken, CreatedAt: created, ExpireAt: later},
			{ID: "deleted-_1", TTL: -1, Stream: true, CreatedAt: created, DeletedAt: later},
			{ID: "x", Comments: "nothing else is known"},
		},
		files: []*core.File{
			{ID: "R6eKDIdzcxvO68a7", UploadID: "2TELLjlXnUBbTZXG", Name: "été 日本 \U0001F600.txt", Status: core.Uploaded, Size: 1 << 50,
				MD5: "2a608cab57d18ff62b624dc35d7454ba", Type: "text/plain; charset=utf-8", Reference: "0", BackendDetails: secretDetails, CreatedAt: created},
			{ID: "f2", UploadID: "2TELLjlXnUBbTZXG", Name: `../old/na\me` + "\x01", Status: core.Missing},
			{ID: "f3", UploadID: "deleted-_1", Name: "gone", Status: core.Deleted, CreatedAt: created},
			{ID: "f4", UploadID: "x", Name: "coming", Status: core.Uploading, Instance: "daemon", Reserved: 77, CreatedAt: created},
			{ID: "f5", UploadID: "x", Name: "going", Status: core.Removed, CreatedAt: created},
		},
		settings: []dump.Setting{{Key: "authentication_signature_key", Value: secretKey}, {Key: "empty"}},
	}
}

// full is sample with what only JSON Lines can hold.
func full() rows {
	r := sample()
	r.users[1].Password, r.users[1].Generation = secretArgon, 3
	r.users = append(r.users, &core.User{ID: "oidc:https://x.org/a:b", Provider: "oidc", Login: "ab"})
	r.tokens = append(r.tokens,
		&core.Token{Token: "tok-read", UserID: "local:admin", Scope: core.ScopeRead, LastUsedAt: later},
		&core.Token{Token: "tok-full", UserID: "local:admin", Scope: core.ScopeFull},
		&core.Token{Token: "tok-short", UserID: "local:admin", Scope: core.ScopeUpload, ExpireAt: later})
	r.uploads[2].ProtectedByPassword, r.uploads[2].Password = true, secretArgon
	r.files[0].CRC32, r.files[0].HasCRC32 = 4294967295, true
	r.files[1].HasCRC32 = true // of nothing: zero
	return r
}
