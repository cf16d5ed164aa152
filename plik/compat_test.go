package plik_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/server/config"
)

// What programs written against Plik 1.3 use.
var (
	_ interface {
		Insecure()
		NewUpload() *plik.Upload
		UploadFile(path string) (*plik.Upload, *plik.File, error)
		UploadReader(name string, r io.Reader) (*plik.Upload, *plik.File, error)
		GetServerVersion() (*plik.BuildInfo, error)
		GetServerConfig() (*plik.Configuration, error)
		GetUpload(id string) (*plik.Upload, error)
		GetUploadProtectedByPassword(id, login, password string) (*plik.Upload, error)
		UploadRequest(upload *plik.UploadMetadata, method, URL string, body io.Reader) (*http.Request, error)
		MakeRequest(req *http.Request) (*http.Response, error)
	} = (*plik.Client)(nil)
	_ interface {
		AddFileFromPath(path string) (*plik.File, error)
		AddFileFromReader(name string, r io.Reader) *plik.File
		AddFileFromReadCloser(name string, r io.ReadCloser) *plik.File
		Files() []*plik.File
		Metadata() *plik.UploadMetadata
		ID() string
		Create() error
		Upload() error
		GetURL() (*url.URL, error)
		GetAdminURL() (*url.URL, error)
		DownloadZipArchive() (io.ReadCloser, error)
		Delete() error
	} = (*plik.Upload)(nil)
	_ interface {
		Metadata() *plik.FileMetadata
		Error() error
		Upload() error
		GetURL() (*url.URL, error)
		WrapReader(func(io.ReadCloser) io.ReadCloser)
		RegisterUploadCallback(plik.UploadCallback)
		Download() (io.ReadCloser, error)
		Delete() error
	} = (*plik.File)(nil)
	_ func(url string) *plik.Client    = plik.NewClient
	_ func(insecure bool) *http.Client = plik.NewHTTPClient
	_ func(*plik.FileMetadata, error)  = plik.UploadCallback(nil)
	_                                  = plik.UploadParams{Stream: true, OneShot: true, Removable: true, TTL: 1, ExtendTTL: true, Comments: "c", Token: "t", Login: "l", Password: "p"}
	_ *plik.UploadParams               = plik.Client{}.UploadParams
	_ plik.UploadParams                = plik.Upload{}.UploadParams
)

func TestServerInformation(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, func(c *config.Config) {
		c.DownloadDomainAlias = []string{"https://a.example.org"}
		c.DownloadDomain = "https://d.example.org"
	}))
	v, err := c.GetServerVersion()
	require.NoError(t, err)
	require.Equal(t, "", v.Version, "the daemon was given no build information")
	conf, err := c.GetServerConfig()
	require.NoError(t, err)
	require.Equal(t, "https://d.example.org", conf.DownloadDomain)
	require.Equal(t, []string{"https://a.example.org"}, conf.DownloadDomainAlias)
	require.Equal(t, "enabled", conf.FeatureOneShot)
	require.EqualValues(t, 10_000_000_000, conf.MaxFileSize)
}

func TestDefaultsOfNewClient(t *testing.T) {
	t.Parallel()
	c := plik.NewClient("http://x")
	require.Equal(t, "plik_client", c.ClientName)
	require.Regexp(t, `^[a-z0-9]+-[a-z0-9]+-\d+\.\d+\.\d+`, c.ClientVersion)
	require.Regexp(t, `^plik_client/\d+\.\d+\.\d+`, c.ClientUserAgent)
	require.Equal(t, &plik.UploadParams{}, c.UploadParams)
}

func TestParameters(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	c.OneShot, c.TTL, c.Comments = true, 3600, "from the client"
	u := c.NewUpload()
	u.Removable, u.TTL, u.ExtendTTL, u.Comments = true, 60, true, "from the upload"
	require.NoError(t, u.Create())
	m := u.Metadata()
	require.True(t, m.OneShot)
	require.True(t, m.Removable)
	require.True(t, m.ExtendTTL)
	require.True(t, m.IsAdmin)
	require.Equal(t, 60, m.TTL)
	require.Equal(t, "from the upload", m.Comments)
	require.NotEmpty(t, m.UploadToken)
	require.Nil(t, m.Files)

	id := u.ID()
	require.NoError(t, u.Create(), "a second creation does nothing")
	require.Equal(t, id, u.ID())
	got, err := c.GetUpload(id)
	require.NoError(t, err)
	require.Equal(t, id, got.ID())
	require.Empty(t, got.Metadata().UploadToken)
	require.Equal(t, 60, got.TTL)
	require.True(t, got.OneShot)
}

func TestUploadAndDownload(t *testing.T) {
	t.Parallel()
	url := daemon(t, nil)
	c := client(t, url)
	sizes := map[string]int{"empty": 0, "one": 1, "small": 1000, "more than a head": 300 << 10, "blocks": 3<<20 + 1}
	sources := map[string]func(u *plik.Upload, name string, b []byte) *plik.File{
		"path": func(u *plik.Upload, name string, b []byte) *plik.File {
			f, err := u.AddFileFromPath(write(t, name, b))
			require.NoError(t, err)
			return f
		},
		"bytes": func(u *plik.Upload, name string, b []byte) *plik.File {
			return u.AddFileFromReader(name, bytes.NewReader(b))
		},
		"pipe": func(u *plik.Upload, name string, b []byte) *plik.File {
			return u.AddFileFromReader(name, io.MultiReader(bytes.NewReader(b)))
		},
		"wrapped": func(u *plik.Upload, name string, b []byte) *plik.File {
			flipped := bytes.Clone(b)
			for i := range flipped {
				flipped[i] ^= 1
			}
			f, err := u.AddFileFromPath(write(t, name, flipped))
			require.NoError(t, err)
			f.WrapReader(func(r io.ReadCloser) io.ReadCloser { return flip{r} })
			return f
		},
	}
	for what, add := range sources {
		for size, n := range sizes {
			for _, late := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/late=%v", what, size, late), func(t *testing.T) {
					t.Parallel()
					b := random(n)
					u := c.NewUpload()
					if late {
						require.NoError(t, u.Create())
					}
					f := add(u, "näme #1 100%?.bin", b)
					var heard *plik.FileMetadata
					f.RegisterUploadCallback(func(m *plik.FileMetadata, err error) { heard = m })
					require.NoError(t, u.Upload())
					require.NoError(t, f.Error())
					m := f.Metadata()
					require.Same(t, m, heard)
					require.Equal(t, plik.StatusUploaded, m.Status)
					require.Equal(t, sum(b), m.Md5)
					require.EqualValues(t, n, m.Size)
					require.Equal(t, b, content(t, f))
					link, err := f.GetURL()
					require.NoError(t, err)
					require.True(t, strings.HasPrefix(link.String(), url+"/file/"+u.ID()+"/"+m.ID+"/"))
					resp, err := c.HTTPClient.Get(link.String())
					require.NoError(t, err)
					require.Equal(t, b, read(t, resp.Body, nil))
				})
			}
		}
	}
}

// flip changes each byte.
type flip struct{ io.ReadCloser }

func (f flip) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	for i := range p[:n] {
		p[i] ^= 1
	}
	return n, err
}

func TestManyFiles(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	u := c.NewUpload()
	for i := range 30 {
		u.AddFileFromReader(fmt.Sprintf("file %d", i), strings.NewReader(fmt.Sprintf("content %d", i)))
	}
	require.NoError(t, u.Upload())
	require.NoError(t, u.Upload(), "there is nothing left to do")
	got, err := c.GetUpload(u.ID())
	require.NoError(t, err)
	require.Len(t, got.Files(), 30)
	require.NoError(t, got.Upload(), "a fetched upload has nothing to send")
	var wg sync.WaitGroup
	for i, f := range got.Files() {
		require.Equal(t, plik.StatusUploaded, f.Metadata().Status)
		require.Equal(t, fmt.Sprintf("file %d", i), f.Name)
		wg.Go(func() { require.Equal(t, fmt.Sprintf("content %d", i), string(content(t, f))) })
	}
	wg.Wait()
	require.NotEmpty(t, func() []byte { r, err := got.DownloadZipArchive(); return read(t, r, err) }())
}

// One file that many want to send and to fetch.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	u := c.NewUpload()
	f := u.AddFileFromReader("name", strings.NewReader("content"))
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			require.NoError(t, f.Upload())
			require.Equal(t, "content", string(content(t, f)))
		})
	}
	for i := range 30 { // while others add and send theirs
		wg.Go(func() {
			other := u.AddFileFromReader(fmt.Sprint(i), strings.NewReader("x"))
			require.NoError(t, u.Upload())
			require.Equal(t, plik.StatusUploaded, other.Metadata().Status)
		})
	}
	wg.Wait()
	require.Len(t, u.Files(), 31)
}

func TestAddToFetchedUpload(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	u, _, err := c.UploadReader("first", strings.NewReader("1"))
	require.NoError(t, err)
	got, err := c.GetUpload(u.ID())
	require.NoError(t, err)
	f := got.AddFileFromReader("second", strings.NewReader("2"))
	err = got.Upload()
	require.EqualError(t, err, "failed to upload at least one file. Check each file status for more details")
	require.ErrorContains(t, f.Error(), "you are not allowed to add file to this upload")
	var refusal *plik.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, http.StatusForbidden, refusal.Status)
	require.NotEmpty(t, refusal.Code)

	got, err = c.GetUpload(u.ID())
	require.NoError(t, err)
	got.Metadata().UploadToken = u.Metadata().UploadToken
	got.AddFileFromReader("second", strings.NewReader("2"))
	require.NoError(t, got.Upload())
	again, err := c.GetUploadWithToken(t.Context(), u.ID(), u.Metadata().UploadToken)
	require.NoError(t, err)
	require.True(t, again.Metadata().IsAdmin)
	require.Len(t, again.Files(), 2)
}

func TestDelete(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	u, f, err := c.UploadReader("name", strings.NewReader("x"))
	require.NoError(t, err)
	stranger, err := c.GetUpload(u.ID())
	require.NoError(t, err)
	require.ErrorContains(t, stranger.Files()[0].Delete(), "you are not allowed to remove files from this upload")
	require.ErrorContains(t, stranger.Delete(), "you are not allowed to remove this upload")

	require.NoError(t, f.Delete())
	_, err = f.Download()
	require.ErrorContains(t, err, fmt.Sprintf("file name (%s) is not available", f.Metadata().ID))
	require.NoError(t, u.Delete())
	require.ErrorContains(t, u.Delete(), "not found")
	_, err = c.GetUpload(u.ID())
	require.ErrorContains(t, err, "not found")
	_, err = u.DownloadZipArchive()
	require.ErrorContains(t, err, "not found")
	_, err = c.NewUpload().DownloadZipArchive()
	require.ErrorContains(t, err, "not found")
	require.ErrorContains(t, c.NewUpload().Delete(), "not found")
}

func TestPassword(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	u := c.NewUpload()
	u.Login, u.Password = "foo", "bar"
	f := u.AddFileFromReader("name", strings.NewReader("x"))
	require.NoError(t, u.Upload())
	require.Equal(t, "x", string(content(t, f)))
	require.True(t, u.Metadata().ProtectedByPassword)
	_, err := c.GetUpload(u.ID())
	require.ErrorContains(t, err, "please provide valid credentials to access this upload")
	got, err := c.GetUploadProtectedByPassword(u.ID(), "foo", "bar")
	require.NoError(t, err)
	require.Equal(t, "x", string(content(t, got.Files()[0])))
	c.Login, c.Password = "foo", "bar"
	_, err = c.GetUpload(u.ID())
	require.NoError(t, err)
}

func TestOneShot(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	c.OneShot = true
	u := c.NewUpload()
	f := u.AddFileFromReader("name", strings.NewReader("x"))
	require.NoError(t, u.Create())
	_, err := f.Download()
	require.ErrorContains(t, err, "is not available : missing")
	require.NoError(t, u.Upload())
	require.Equal(t, "x", string(content(t, f)))
	_, err = f.Download()
	require.ErrorContains(t, err, "is not available")
}

func TestURLs(t *testing.T) {
	t.Parallel()
	base := daemon(t, func(c *config.Config) { c.Path = "/plik" })
	c := client(t, base+"/")
	u := c.NewUpload()
	f := u.AddFileFromReader("a'b $(id) 100%.txt", strings.NewReader("x"))
	_, err := u.GetURL()
	require.EqualError(t, err, "upload has not been created yet")
	_, err = u.GetAdminURL()
	require.EqualError(t, err, "upload has not been created yet")
	_, err = f.GetURL()
	require.EqualError(t, err, "upload has not been created yet")
	require.NoError(t, u.Create())
	late := u.AddFileFromReader("late", strings.NewReader("x"))
	_, err = late.GetURL()
	require.EqualError(t, err, "file has not been uploaded yet")

	link, err := u.GetURL()
	require.NoError(t, err)
	require.Equal(t, base+"/#/?id="+u.ID(), link.String())
	link, err = u.GetAdminURL()
	require.NoError(t, err)
	require.Equal(t, base+"/#/?id="+u.ID()+"&uploadToken="+u.Metadata().UploadToken, link.String())
	link, err = f.GetURL()
	require.NoError(t, err, "the address is known before the bytes are there")
	require.Equal(t, base+"/file/"+u.ID()+"/"+f.Metadata().ID+"/a%27b%20%24%28id%29%20100%25.txt", link.String())
	require.NoError(t, u.Upload())
	resp, err := c.HTTPClient.Get(link.String())
	require.NoError(t, err)
	require.Equal(t, "x", string(read(t, resp.Body, nil)))
}

func TestDownloadDomain(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, func(c *config.Config) { c.DownloadDomain = "https://d.example.org/" }))
	_, f, err := c.UploadReader("name", strings.NewReader("x"))
	require.NoError(t, err)
	link, err := f.GetURL()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(link.String(), "https://d.example.org/file/"), link)
	_, err = f.Download()
	require.ErrorContains(t, err, "Invalid download domain")
}

func TestPathsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	c := client(t, "http://127.0.0.1:1")
	_, _, err := c.UploadFile("/does/not/exist")
	require.EqualError(t, err, "file /does/not/exist not found")
	_, _, err = c.UploadFile(t.TempDir())
	require.ErrorContains(t, err, "unhandled file mode d")
	_, f, err := c.UploadFile(write(t, "empty", nil))
	require.ErrorContains(t, err, "connection refused")
	require.NotNil(t, f)
	require.NoError(t, f.Error(), "the file itself was not tried")
}

func TestStream(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	c.Parallel = 1
	u := c.NewUpload()
	u.Stream = true
	a, b := u.AddFileFromReader("a", strings.NewReader("aaa")), u.AddFileFromReader("b", io.MultiReader(strings.NewReader("bbb")))
	require.NoError(t, u.Create())
	late := u.AddFileFromReader("late", strings.NewReader("x"))
	sent := make(chan error)
	go func() { sent <- u.Upload() }()
	for _, f := range []*plik.File{b, a} { // the other way round: all wait at once
		link, err := f.GetURL()
		require.NoError(t, err)
		require.Contains(t, link.Path, "/stream/")
		r, err := f.DownloadContext(t.Context(), plik.DownloadOptions{Wait: 10 * time.Second})
		require.Equal(t, strings.Repeat(f.Name, 3), string(read(t, r, err)))
	}
	require.Error(t, <-sent)
	require.NoError(t, a.Error())
	require.NoError(t, b.Error())
	require.Equal(t, plik.StatusDeleted, a.Metadata().Status)
	require.EqualError(t, late.Error(), "files must be added to upload before creation for stream mode to work")
}

func TestFilesAreClosed(t *testing.T) {
	t.Parallel()
	for _, url := range []string{daemon(t, nil), "http://127.0.0.1:1"} {
		u := client(t, url).NewUpload()
		r := &closes{Reader: strings.NewReader("x")}
		u.AddFileFromReadCloser("name", r)
		path := write(t, "file", random(1000))
		f, err := u.AddFileFromPath(path)
		require.NoError(t, err)
		f.WrapReader(func(r io.ReadCloser) io.ReadCloser { return io.NopCloser(r) }) // forgets to close
		if u.Upload() == nil {
			require.True(t, r.closed)
		}
		require.NotContains(t, open(t), path)
	}
}

type closes struct {
	io.Reader
	closed bool
}

func (c *closes) Close() error {
	c.closed = true
	return nil
}

// open lists the open files of this process.
func open(t *testing.T) (paths []string) {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc here: ", err)
	}
	for _, fd := range fds {
		if path, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}
