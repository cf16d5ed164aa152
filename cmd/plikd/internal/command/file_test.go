package command_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// cleaned is what is told of a cleaning.
func cleaned(files, uploads string) string {
	return "0 uploads expired, " + files + " files and " + uploads + " uploads deleted, 0 interrupted files recovered, " +
		"0 orphan files, 0 orphan tokens and 0 partial files dropped\n"
}

func TestFileList(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	const alices = "uploadOfAlice001 aaFileOfAlice001 12 B uploaded text/plain; charset=utf-8 FILE1\n" +
		"uploadOfAlice001 bbFileOfAlice001 0 B deleted  BIG\n"
	require.Equal(t, alices+"uploadAnonymous1 ccFileAnonymous1 5.0 MB uploaded text/x a b?]0;x?.txt\n", p.ok("file", "list"))
	require.Equal(t, alices, p.ok("file", "list", "--upload", "uploadOfAlice001"))
	require.Equal(t, "uploadAnonymous1 ccFileAnonymous1 5000000 uploaded text/x a b?]0;x?.txt\n",
		p.ok("file", "list", "--file", "ccFileAnonymous1", "--human=false"))
	require.Empty(t, p.ok("file", "list", "--upload", "zz"))
	require.Equal(t, "[]\n", p.ok("file", "list", "--upload", "zz", "--json"))

	var files []map[string]any
	p.json(&files, "file", "list", "--json")
	require.Len(t, files, 3)
	require.Equal(t, map[string]any{
		"uploadId": "uploadOfAlice001", "id": "aaFileOfAlice001", "fileName": "FILE1", "status": "uploaded", "fileMd5": "",
		"fileType": "text/plain; charset=utf-8", "fileSize": 12.0, "reference": "", "createdAt": "2026-03-29T01:59:59Z",
	}, files[0])
	require.Equal(t, "a b\x1b]0;x\a.txt", files[2]["fileName"])
}

func TestFileShow(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	require.Equal(t, `{
  "uploadId": "uploadAnonymous1",
  "id": "ccFileAnonymous1",
  "fileName": "a b\u001b]0;x\u0007.txt",
  "status": "uploaded",
  "fileMd5": "",
  "fileType": "text/x",
  "fileSize": 5000000,
  "reference": "",
  "createdAt": "2026-03-29T01:59:59Z"
}
Upload URL : http://127.0.0.1:8080/#/?id=uploadAnonymous1
File URL : http://127.0.0.1:8080/file/uploadAnonymous1/ccFileAnonymous1/a%20b%1B%5D0%3Bx%07.txt
`, p.ok("file", "show", "--file", "ccFileAnonymous1"))

	var shown map[string]any
	p.json(&shown, "file", "show", "--file", "aaFileOfAlice001", "--json")
	require.Equal(t, "http://127.0.0.1:8080/#/?id=uploadOfAlice001", shown["uploadUrl"])
	require.Equal(t, "http://127.0.0.1:8080/file/uploadOfAlice001/aaFileOfAlice001/FILE1", shown["url"])
}

// TestLinks is where files are, by configuration.
func TestLinks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ config, upload, file string }{
		"prefix": {"Path = \"/plik\"\nListenPort = 80", "http://127.0.0.1:80/plik", "http://127.0.0.1:80/plik"},
		"IPv6":   {`ListenAddress = "::1"`, "http://[::1]:8080", "http://[::1]:8080"},
		"public": {"PublicURL = \"https://plik.example.com/\"\nPath = \"/x\"", "https://plik.example.com/x", "https://plik.example.com/x"},
		"domain": {`DownloadDomain = "https://dl.example.com/"`, "http://127.0.0.1:8080", "https://dl.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := install(t, test.config)
			p.store(func(m *metadata.Store) {
				require.NoError(t, m.CreateUpload(t.Context(), &core.Upload{ID: "u", Files: []*core.File{{ID: "f", Name: "n"}}}))
			})
			var shown struct{ UploadURL, URL string }
			p.json(&shown, "file", "show", "--file", "f", "--json")
			require.Equal(t, test.upload+"/#/?id=u", shown.UploadURL)
			require.Equal(t, test.file+"/file/u/f/n", shown.URL)
		})
	}
}

func TestFileDelete(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	code, out, errs := p.answer("y\n", "file", "delete", "--file", "ccFileAnonymous1")
	require.Equal(t, 0, code, errs)
	require.Equal(t, "file ccFileAnonymous1 has been deleted\n", out)
	require.Equal(t, "Do you really want to remove this file ccFileAnonymous1 a b?]0;x?.txt ? [y/N]\n"+cleaned("0", "0"), errs)
	require.NoFileExists(t, p.bytesOf("ccFileAnonymous1"))
	require.Contains(t, p.ok("file", "list", "--file", "ccFileAnonymous1"), " deleted ")

	code, out, errs = p.answer("yes\n", "file", "delete", "--upload", "uploadOfAlice001")
	require.Equal(t, 0, code, errs)
	require.Equal(t, "upload uploadOfAlice001 has been deleted\n", out)
	require.Equal(t, "Do you really want to remove this upload uploadOfAlice001 ? [y/N]\n"+cleaned("1", "1"), errs)
	require.NoFileExists(t, p.bytesOf("aaFileOfAlice001"))
	require.Empty(t, p.ok("file", "list", "--upload", "uploadOfAlice001"))

	code, out, errs = p.answer("y\n", "file", "delete", "--upload", "zz")
	require.Equal(t, 0, code, errs)
	require.Empty(t, out)
	require.Equal(t, "Do you really want to remove this upload zz ? [y/N]\n"+cleaned("0", "0"), errs)
}

func TestFileDeleteAll(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	code, out, errs := p.answer("y\n", "file", "delete")
	require.Equal(t, 0, code, errs)
	require.Equal(t, "2 uploads have been deleted\n", out)
	require.Equal(t, "Do you really want to remove ALL uploads ? [y/N]\n"+cleaned("2", "2"), errs)
	require.NoFileExists(t, p.bytesOf("aaFileOfAlice001"))
	require.NoFileExists(t, p.bytesOf("ccFileAnonymous1"))
	require.Zero(t, p.count().files)
	require.Equal(t, 3, p.count().users)
}

func TestFileRefused(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	before := p.count()
	p.refuse([]refused{
		{"file show", 2, "Missing file id, name it with --file"},
		{"file show --file zz", 1, "File zz not found"},
		{"file show --file \x1bc", 1, "File ?c not found"},
		{"file list --file zz", 1, "File zz not found"},
		{"file delete --yes --file zz", 1, "File zz not found"},
		// A variable that is empty must not delete everything.
		{"file delete --yes --file=", 2, "missing file, --file is empty"},
		{"file delete --yes --upload=", 2, "missing upload, --upload is empty"},
		{"file delete --yes aaFileOfAlice001", 2, `unknown command "aaFileOfAlice001" for "plikd file delete"`},
	}...)
	require.Equal(t, before, p.count())
	require.FileExists(t, p.bytesOf("aaFileOfAlice001"))
}

func TestUploadList(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	const (
		alices    = "uploadOfAlice001 local:alice 1 12 B 2026-03-29T01:59:59Z 3026-03-29T01:59:59Z\n"
		anonymous = "uploadAnonymous1 - 1 5.0 MB 2026-03-29T02:00:00Z never\n"
	)
	require.Equal(t, alices+anonymous, p.ok("upload", "list"))
	require.Equal(t, alices, p.ok("upload", "list", "--login", "alice"))
	require.Equal(t, alices, p.ok("upload", "list", "--query", "HOLI"))
	require.Equal(t, "uploadAnonymous1 - 1 5000000 2026-03-29T02:00:00Z never\n", p.ok("upload", "list", "--query", ".txt", "--human=false"))
	require.Empty(t, p.ok("upload", "list", "--login", "zzzz"))
	require.Equal(t, "[]\n", p.ok("upload", "list", "--query", "zzzz", "--json"))

	text := p.ok("upload", "list", "--json")
	require.NotContains(t, text, "secret")
	var list []struct {
		ID, User, UploadIP, Comments string
		TTL                          int
		ProtectedByPassword          bool
		ExpireAt                     time.Time
		Files                        []struct{ FileName string }
	}
	p.json(&list, "upload", "list", "--json")
	require.Len(t, list, 2)
	require.Equal(t, "local:alice", list[0].User)
	require.Equal(t, "192.0.2.1", list[0].UploadIP)
	require.Equal(t, created.AddDate(1000, 0, 0), list[0].ExpireAt)
	require.Len(t, list[0].Files, 2)
	require.True(t, list[1].ProtectedByPassword)
}

func TestUploadShowAndDelete(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	var shown struct {
		ID, URL string
		Files   []struct{ ID string }
	}
	p.json(&shown, "upload", "show", "--upload", "uploadOfAlice001")
	require.Equal(t, "http://127.0.0.1:8080/#/?id=uploadOfAlice001", shown.URL)
	require.Len(t, shown.Files, 2)
	require.NotContains(t, p.ok("upload", "show", "--upload", "uploadAnonymous1", "--json"), "secret")

	code, out, errs := p.answer("y\n", "upload", "delete", "--upload", "uploadOfAlice001")
	require.Equal(t, 0, code, errs)
	require.Equal(t, "upload uploadOfAlice001 has been deleted\n", out)
	require.Equal(t, "Do you really want to remove this upload uploadOfAlice001 ? [y/N]\n"+cleaned("1", "1"), errs)
	require.NoFileExists(t, p.bytesOf("aaFileOfAlice001"))

	p.refuse([]refused{
		{"upload show", 2, "missing upload id, name it with --upload"},
		{"upload show --upload zz\x1bc", 1, "upload zz?c not found"},
		{"upload delete", 2, "missing upload id, name it with --upload"},
		{"upload delete --yes --upload=", 2, "missing upload, --upload is empty"},
		{"upload delete --yes --upload uploadOfAlice001", 1, "upload uploadOfAlice001 not found"},
	}...)
	require.Equal(t, 1, p.count().uploads)
}

func TestStats(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	require.Equal(t, "users    3\nuploads  2, 1 of them anonymous\nfiles    2\nsize     5.0 MB, 5.0 MB of it anonymous\n", p.ok("stats"))
	require.Equal(t, `{
  "users": 3,
  "uploads": 2,
  "anonymousUploads": 1,
  "files": 2,
  "totalSize": 5000012,
  "anonymousTotalSize": 5000000
}
`, p.ok("stats", "--json"))
}
