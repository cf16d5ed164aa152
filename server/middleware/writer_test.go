package middleware

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// conn is a connection whose client takes perSecond bytes a second, and that honours deadlines.
type conn struct {
	head      http.Header
	perSecond int64
	stall     bool
	got       int64
	calls     int
	deadline  time.Time
	reads     time.Time
}

func (c *conn) Header() http.Header                { return c.head }
func (c *conn) WriteHeader(int)                    {}
func (c *conn) SetWriteDeadline(t time.Time) error { c.deadline = t; return nil }
func (c *conn) SetReadDeadline(t time.Time) error  { c.reads = t; return nil }
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.ReadFrom(bytes.NewReader(p))
	return int(n), err
}
func (c *conn) take(n int64) (d time.Duration) {
	return time.Duration(n) * time.Second / time.Duration(c.perSecond)
}
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	c.calls++
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return 0, err
	}
	if d := c.take(n); c.stall || !c.deadline.IsZero() && time.Now().Add(d).After(c.deadline) {
		time.Sleep(time.Until(c.deadline))
		return 0, os.ErrDeadlineExceeded
	} else {
		time.Sleep(d)
	}
	c.got += n
	return n, nil
}

// zeros yields n zero bytes.
func zeros(n int64) io.Reader { return io.LimitReader(zero{}, n) }

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestSlowReaderIsServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const size = 200 << 20
		c := &conn{head: http.Header{}, perSecond: 5 << 10} // 11 hours
		w := &writer{ResponseWriter: c, now: time.Now}
		n, err := io.Copy(struct {
			io.Writer
			io.ReaderFrom
		}{w, w}, zeros(size))
		require.NoError(t, err)
		require.EqualValues(t, size, n)
		require.EqualValues(t, size, c.got)
		w.release()
		require.True(t, c.deadline.IsZero())
	})
}

func TestDeadReaderIsLetGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &conn{head: http.Header{}, perSecond: 1 << 20, stall: true}
		w := &writer{ResponseWriter: c, now: time.Now}
		began := time.Now()
		_, err := w.ReadFrom(zeros(1 << 30))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, IdleTimeout, time.Since(began))
	})
}

func TestFastReaderGetsLargePieces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &conn{head: http.Header{}, perSecond: 1 << 30}
		w := &writer{ResponseWriter: c, now: time.Now}
		_, err := w.ReadFrom(zeros(4 << 30))
		require.NoError(t, err)
		require.Less(t, c.calls, 100)
	})
}

func TestWriterSeesStatusAndBytes(t *testing.T) {
	t.Parallel()
	c := &conn{head: http.Header{}, perSecond: 1 << 40}
	w := &writer{ResponseWriter: c, now: time.Now}
	require.False(t, w.Started())
	w.WriteHeader(http.StatusContinue)
	require.False(t, w.Started(), "an interim answer is not the answer")
	w.Write([]byte("hello"))
	require.True(t, w.Started())
	require.Equal(t, 200, w.status)
	l := &io.LimitedReader{R: strings.NewReader("0123456789"), N: 4}
	n, err := w.ReadFrom(l)
	require.NoError(t, err)
	require.EqualValues(t, 4, n)
	require.Zero(t, l.N)
	require.EqualValues(t, 9, w.sent)
}

func TestBodyDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &conn{head: http.Header{}}
		b := NewBody(c, &http.Request{Body: io.NopCloser(strings.NewReader("hello"))}, time.Minute)
		b.Read(make([]byte, 2))
		require.Equal(t, time.Now().Add(time.Minute), c.reads)
		time.Sleep(30 * time.Second)
		b.Read(make([]byte, 2))
		require.Equal(t, time.Now().Add(time.Minute), c.reads, "each read has a minute of its own")
		io.ReadAll(b)
		require.True(t, c.reads.IsZero(), "after the end the connection may rest")
		b.Interrupt()
		require.True(t, c.reads.Before(time.Now()))

		c.reads = time.Time{}
		b = NewBody(c, &http.Request{Body: io.NopCloser(strings.NewReader("hello"))}, 0)
		b.Read(make([]byte, 2))
		require.True(t, c.reads.IsZero(), "a stream may pause")
	})
}
