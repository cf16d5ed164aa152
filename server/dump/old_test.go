package dump_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/dump"
)

// oldMode makes the test program write or read a dump as Plik 1.3 does, with types of its own.
const oldMode = "PLIK_DUMP_TEST_OLD"

type (
	oldRecord struct {
		Type   int
		Object interface{}
	}
	oldUser struct {
		ID, Provider, Login, Password, Name, Email string
		IsAdmin                                    bool
		MaxFileSize, MaxUserSize                   int64
		MaxTTL                                     int
		Tokens                                     []*oldToken
		CreatedAt                                  time.Time
	}
	oldToken struct {
		Token, Comment, UserID string
		CreatedAt              time.Time
	}
	oldDeletedAt struct {
		Time  time.Time
		Valid bool
	}
	oldUpload struct {
		ID                                                       string
		TTL                                                      int
		ExtendTTL                                                bool
		DownloadDomain, RemoteIP, Comments                       string
		Files                                                    []*oldFile
		UploadToken, User, Token                                 string
		IsAdmin, Stream, OneShot, Removable, ProtectedByPassword bool
		Login, Password                                          string
		CreatedAt                                                time.Time
		DeletedAt                                                oldDeletedAt
		ExpireAt                                                 *time.Time
	}
	oldFile struct {
		ID, UploadID, Name, Status, Md5, Type string
		Size                                  int64
		Reference, BackendDetails             string
		CreatedAt                             time.Time
	}
	oldSetting struct{ Key, Value string }
)

func registerOld() {
	gob.RegisterName("*common.User", &oldUser{})
	gob.RegisterName("*common.Token", &oldToken{})
	gob.RegisterName("*common.Upload", &oldUpload{})
	gob.RegisterName("*common.File", &oldFile{})
	gob.RegisterName("*common.Setting", &oldSetting{})
}

func exitCode(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func writeOld(w io.Writer) error {
	registerOld()
	s := s2.NewWriter(w, s2.WriterSnappyCompat(), s2.WriterConcurrency(1))
	enc := gob.NewEncoder(s)
	zone := time.FixedZone("CEST", 7200)
	for _, r := range []oldRecord{
		{2, &oldUser{ID: "local:root", Provider: "local", Login: "root", Password: secretBcrypt, IsAdmin: true, MaxTTL: -1, CreatedAt: created.In(zone)}},
		{3, &oldToken{Token: secretToken, Comment: "laptop", UserID: "local:root", CreatedAt: created}},
		{0, &oldUpload{ID: "live", TTL: 60, User: "local:root", Token: secretToken, ProtectedByPassword: true, Login: "bob", Password: secretMD5,
			DownloadDomain: "https://dl.x.org", Files: []*oldFile{}, UploadToken: secretUpload, CreatedAt: created, ExpireAt: new(later.In(zone))}},
		{0, &oldUpload{ID: "dead", OneShot: true, CreatedAt: created, DeletedAt: oldDeletedAt{later, true}}},
		{1, &oldFile{ID: "one", UploadID: "live", Name: "été 日本.txt", Status: "uploaded", Md5: "2a608cab57d18ff62b624dc35d7454ba", Type: "text/plain", Size: 14, CreatedAt: created}},
		{1, &oldFile{ID: "two", UploadID: "dead", Name: "b", BackendDetails: secretDetails}},
		{4, &oldSetting{"authentication_signature_key", secretKey}},
	} {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return s.Close()
}

// readOld prints the rows it reads as JSON.
func readOld(r io.Reader, w io.Writer) error {
	registerOld()
	dec, enc := gob.NewDecoder(s2.NewReader(r)), json.NewEncoder(w)
	for {
		var rec oldRecord
		if err := dec.Decode(&rec); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := enc.Encode(rec); err != nil {
			return err
		}
	}
}

// old runs the test program in a mode.
func old(t *testing.T, mode string, in []byte) []byte {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), oldMode+"="+mode)
	cmd.Stdin = bytes.NewReader(in)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return out
}

func TestReadsWhatPlik13Writes(t *testing.T) {
	t.Parallel()
	data := old(t, "write", nil)
	db := newDatabase()
	r, err := db.load(t, data, dump.ImportOptions{})
	require.NoError(t, err)
	require.Equal(t, dump.Counts{Users: 1, Tokens: 1, Uploads: 2, Files: 2, Settings: 1}, r.Imported)
	require.Equal(t, &database{
		users: map[core.UserID]core.User{"local:root": {ID: "local:root", Provider: "local", Login: "root", Password: secretBcrypt, Admin: true,
			Limits: core.Limits{MaxTTL: -1}, CreatedAt: created}},
		tokens: map[string]core.Token{secretToken: {Token: secretToken, Comment: "laptop", UserID: "local:root", Scope: core.ScopeUpload, CreatedAt: created}},
		uploads: map[core.UploadID]core.Upload{
			"live": {ID: "live", TTL: 60, User: "local:root", Token: secretToken, ProtectedByPassword: true, Login: "bob", Password: secretMD5,
				UploadToken: secretUpload, CreatedAt: created, ExpireAt: later},
			"dead": {ID: "dead", OneShot: true, CreatedAt: created, DeletedAt: later},
		},
		files: map[core.FileID]core.File{
			"one": {ID: "one", UploadID: "live", Name: "été 日本.txt", Status: core.Uploaded, MD5: "2a608cab57d18ff62b624dc35d7454ba", Type: "text/plain", Size: 14, CreatedAt: created},
			"two": {ID: "two", UploadID: "dead", Name: "b", Status: core.Missing, BackendDetails: secretDetails},
		},
		settings: map[string]string{"authentication_signature_key": secretKey},
	}, db)

	for n := range data {
		db := newDatabase()
		_, err := db.load(t, data[:n], dump.ImportOptions{IgnoreErrors: true})
		require.Equal(t, core.KindInvalid, core.KindOf(err), "cut to %d bytes", n)
		require.Equal(t, newDatabase(), db)
		requireNoSecret(t, err.Error())
	}
}

func TestPlik13ReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	out := string(old(t, "read", sample().export(t, dump.Gob, dump.ExportOptions{})))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	types := ""
	for _, l := range lines {
		types += l[len(`{"Type":`):][:1]
	}
	require.Equal(t, "2230001111144", types)
	user := oldUser{ID: "local:admin", Provider: "local", Login: "admin", Password: secretBcrypt, Name: "Ad Min \U0001F600", Email: "a@x.org",
		IsAdmin: true, MaxFileSize: -1, MaxUserSize: 1 << 60, MaxTTL: -1, CreatedAt: created}
	upload := oldUpload{ID: "2TELLjlXnUBbTZXG", UploadToken: secretUpload, TTL: 3600, ExtendTTL: true, OneShot: true, Removable: true,
		ProtectedByPassword: true, Login: "bob", Password: secretMD5, Comments: "# été\r\n\U0001F4A9", RemoteIP: "fe80::1%eth0",
		User: "local:admin", Token: secretToken, CreatedAt: created, ExpireAt: &later}
	deleted := oldUpload{ID: "deleted-_1", TTL: -1, Stream: true, CreatedAt: created, DeletedAt: oldDeletedAt{later, true}}
	file := oldFile{ID: "R6eKDIdzcxvO68a7", UploadID: "2TELLjlXnUBbTZXG", Name: "été 日本 \U0001F600.txt", Status: "uploaded", Size: 1 << 50,
		Md5: "2a608cab57d18ff62b624dc35d7454ba", Type: "text/plain; charset=utf-8", Reference: "0", BackendDetails: secretDetails, CreatedAt: created}
	for i, want := range map[int]oldRecord{0: {2, user}, 3: {0, upload}, 4: {0, deleted}, 6: {1, file},
		2: {3, oldToken{secretToken, "日本 \"quoted\" \\ \t", "local:admin", created}}, 11: {4, oldSetting{"authentication_signature_key", secretKey}}} {
		text, err := json.Marshal(want)
		require.NoError(t, err)
		require.JSONEq(t, string(text), lines[i])
	}
}
