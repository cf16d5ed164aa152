package plik_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

// Files are opened late: a lot may happen between.
func TestFileChangesBeforeItIsSent(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	path := write(t, "name", random(1000))
	for what, change := range map[string]func() []byte{
		"longer":  func() []byte { return random(2000) },
		"shorter": func() []byte { return random(10) },
		"empty":   func() []byte { return nil },
	} {
		u := c.NewUpload()
		f, err := u.AddFileFromPath(path)
		require.NoError(t, err)
		require.NoError(t, u.Create())
		b := change()
		require.NoError(t, os.WriteFile(path, b, 0o600))
		require.NoError(t, u.Upload(), what)
		require.True(t, bytes.Equal(b, content(t, f)), what)
	}
	u := c.NewUpload()
	f, err := u.AddFileFromPath(path)
	require.NoError(t, err)
	wrapped, err := u.AddFileFromPath(path)
	require.NoError(t, err)
	wrapped.WrapReader(func(r io.ReadCloser) io.ReadCloser { return r })
	require.NoError(t, os.Remove(path))
	require.Error(t, u.Upload())
	require.ErrorIs(t, f.Error(), fs.ErrNotExist)
	require.ErrorIs(t, wrapped.Error(), fs.ErrNotExist)
	require.NoError(t, os.WriteFile(path, random(5), 0o600))
	require.NoError(t, f.Upload(), "it may be tried again")
	require.ErrorIs(t, wrapped.Upload(), fs.ErrNotExist, "this one not")
}

func TestFileIsCutWhileItIsSent(t *testing.T) {
	t.Parallel()
	_, url := newTus(t)
	for _, c := range []*plik.Client{client(t, url), resumableClient(t, url)} {
		path := write(t, "name", random(large))
		u := c.NewUpload()
		f, err := u.AddFileFromPath(path)
		require.NoError(t, err)
		once := true
		u.OnProgress(func(plik.Progress) {
			if once {
				once = false
				os.Truncate(path, 1000)
			}
		})
		require.ErrorIs(t, u.Upload(), plik.ErrChanged)
		require.ErrorIs(t, f.Error(), plik.ErrChanged)
	}
}

// Files of /proc say that they are empty.
func TestFileWithoutSize(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("/proc/version")
	if err != nil {
		t.Skip("no /proc here: ", err)
	}
	c := client(t, daemon(t, nil))
	_, f, err := c.UploadFile("/proc/version")
	require.NoError(t, err)
	require.Equal(t, want, content(t, f))
}

// A reader whose beginning was read already.
func TestReaderIsSentFromWhereItIs(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	r := bytes.NewReader([]byte("0123456789"))
	r.Seek(4, io.SeekStart)
	_, f, err := c.UploadReader("name", r)
	require.NoError(t, err)
	require.Equal(t, "456789", string(content(t, f)))

	file, err := os.Open(write(t, "name", []byte("0123456789")))
	require.NoError(t, err)
	file.Seek(4, io.SeekStart)
	u := c.NewUpload()
	f = u.AddFileFromReadCloser("name", file)
	require.NoError(t, u.Upload())
	require.Equal(t, "456789", string(content(t, f)))
	require.ErrorIs(t, file.Close(), fs.ErrClosed)
}

// A pipe of which nobody knows when it goes on is let go when the context ends.
func TestCancelOfAPipe(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	for _, n := range []int{10, 300 << 10} { // before anything is sent, and after
		in, out, err := os.Pipe()
		require.NoError(t, err)
		u := c.NewUpload()
		u.AddFileFromReadCloser("name", in)
		require.NoError(t, u.Create())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- u.UploadContext(ctx) }()
		_, err = out.Write(random(n))
		require.NoError(t, err)
		cancel()
		require.Error(t, <-ended)
		require.NoError(t, out.Close())
		require.ErrorIs(t, in.Close(), fs.ErrClosed)
	}
}

// A server that takes no more, and one that does not answer.
func TestUploadThatStalls(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	release := make(chan struct{})
	var n atomic.Int32
	s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Method != "PUT" {
			return false
		}
		if n.Add(1) == 1 {
			<-release // reads nothing
			return true
		}
		return false
	})
	c := client(t, url)
	c.Resumable.Off = true
	c.IdleTimeout = time.Second // a busy machine may stall for some of it
	b := random(30 << 20)       // more than fits on the way
	_, f, err := c.UploadFile(write(t, "name", b))
	close(release)
	require.NoError(t, f.Error())
	require.NoError(t, err)
	require.True(t, bytes.Equal(b, content(t, f)))
}

// A source may be slow without anything being wrong with the connection.
func TestSlowSource(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	c.Resumable.Off = true
	c.IdleTimeout = 20 * time.Millisecond
	in, out := io.Pipe()
	b := random(300 << 10)
	go func() {
		out.Write(b)
		time.Sleep(200 * time.Millisecond) // the slowness is what is tested
		out.Write(b)
		out.Close()
	}()
	_, f, err := c.UploadReader("name", in)
	require.NoError(t, f.Error())
	require.NoError(t, err)
	require.True(t, bytes.Equal(append(bytes.Clone(b), b...), content(t, f)))
}
