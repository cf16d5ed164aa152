package cluster_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// resumable is an upload in pieces.
type resumable struct {
	location, link, upload string // paths, and an id
}

func (s site) tus(method, path string, body io.Reader, headers ...string) answer {
	return s.do(method, path, body, append([]string{"Tus-Resumable", "1.0.0", "Content-Type", "application/offset+octet-stream"}, headers...)...)
}

// begin creates an upload of n bytes. mark is added to the URL.
func (s site) begin(n int, mark string) (resumable, answer) {
	a := s.tus("POST", "/tus/"+mark, nil, "Upload-Length", strconv.Itoa(n),
		"Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("x")))
	if a.err != nil || a.status != 201 {
		return resumable{}, a
	}
	return resumable{path(a.head.Get("Location")), path(a.head.Get("X-Plik-URL")), a.head.Get("X-Plik-Upload")}, a
}

func (s site) patch(r resumable, offset int, body io.Reader, mark string) answer {
	return s.tus("PATCH", r.location+mark, body, "Upload-Offset", strconv.Itoa(offset))
}

// offset asks how far an upload is, until somebody can tell.
func (s site) offset(r resumable) int {
	s.Helper()
	for until := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		a := s.tus("HEAD", r.location, nil)
		if a.err == nil && a.status == http.StatusServiceUnavailable && time.Now().Before(until) {
			continue // it asks to try again
		}
		require.NoError(s, a.err)
		require.Equal(s, 200, a.status, a.body)
		offset, err := strconv.Atoi(a.head.Get("Upload-Offset"))
		require.NoError(s, err)
		return offset
	}
}

// whole checks that an upload has arrived.
func (s site) whole(r resumable, content []byte) {
	s.Helper()
	got := s.must("GET", r.link, nil)
	require.True(s, got.body == string(content), "%d bytes of %d", len(got.body), len(content))
	sum := md5.Sum(content)
	require.Contains(s, s.must("GET", "/upload/"+r.upload, nil).body, hex.EncodeToString(sum[:]))
}

// TestResumable sends a file in pieces to three daemons in turn.
func TestResumable(t *testing.T) {
	t.Parallel()
	c := start(t, 3)
	a, b, third := c.daemons[0], c.daemons[1], c.daemons[2]
	content := random(24<<20+123, 7) // more than a part of S3

	t.Run("in turn", func(t *testing.T) {
		r, created := a.begin(len(content), "")
		require.Equal(t, 201, created.status, created.body)
		for i, offset := 0, 0; offset < len(content); i++ {
			end := min(len(content), offset+[]int{1, 3<<20 + 7, 700_001, 5 << 20}[i%4])
			d := c.daemons[i%3]
			got := d.patch(r, offset, bytes.NewReader(content[offset:end]), "")
			require.NoError(t, got.err)
			require.Equal(t, 204, got.status, got.body)
			offset = end
			require.Equal(t, offset, c.daemons[(i+1)%3].offset(r))
		}
		third.whole(r, content)
	})

	t.Run("the same bytes to all at once", func(t *testing.T) {
		r, created := b.begin(len(content), "")
		require.Equal(t, 201, created.status, created.body)
		for offset := 0; offset < len(content); {
			end := min(len(content), offset+6<<20)
			var wg sync.WaitGroup
			for _, d := range c.daemons {
				wg.Go(func() {
					got := d.patch(r, offset, bytes.NewReader(content[offset:end]), "")
					if got.err != nil || got.status != 204 && got.status != 409 && got.status != 503 {
						t.Errorf("%d %s %v", got.status, got.body, got.err)
					}
				})
			}
			wg.Wait()
			next := a.offset(r)
			require.GreaterOrEqual(t, next, offset)
			require.LessOrEqual(t, next, end)
			offset = next
		}
		a.whole(r, content)
	})

	t.Run("who has it is killed", func(t *testing.T) {
		r, created := a.begin(len(content), "")
		require.Equal(t, 201, created.status, created.body)
		half := 20 << 20
		require.Equal(t, 204, a.patch(r, 0, bytes.NewReader(content[:9<<20]), "").status)
		slow := newSlow(content[9<<20:], half-9<<20)
		over := make(chan answer, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			over <- a.doIn(ctx, "PATCH", r.location, slow, "Tus-Resumable", "1.0.0", "Content-Type", "application/offset+octet-stream",
				"Upload-Offset", fmt.Sprint(9<<20))
		}()
		<-slow.sent
		a.kill()
		close(slow.release)
		<-over
		offset := b.offset(r)
		t.Logf("%d of %d bytes had been acknowledged, %d were there after the kill", 9<<20, half, offset)
		require.GreaterOrEqual(t, offset, 9<<20)
		require.LessOrEqual(t, offset, len(content))
		for i := 0; offset < len(content); i++ {
			end := min(len(content), offset+3<<20)
			got := []*daemon{third, b}[i%2].patch(r, offset, bytes.NewReader(content[offset:end]), "")
			require.NoError(t, got.err)
			require.Equal(t, 204, got.status, got.body)
			offset = end
		}
		b.whole(r, content)
		a.again().whole(r, content)
	})

	out, err := c.command("fsck", "--repair", "--min-age", "1ns")
	require.NoError(t, err, out)
	c.consistent()
}

// slow is a body that stops after some bytes until it is released.
type slow struct {
	rest    []byte
	first   int           // bytes before it stops
	sent    chan struct{} // closed when they are on their way
	release chan struct{}
	stopped bool
}

func newSlow(content []byte, first int) *slow {
	return &slow{rest: content, first: first, sent: make(chan struct{}), release: make(chan struct{})}
}

func (s *slow) length() int64 { return int64(len(s.rest)) }

func (s *slow) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	if s.first == 0 && !s.stopped {
		s.stopped = true
		close(s.sent)
		<-s.release
	}
	if s.first > 0 {
		p = p[:min(len(p), s.first)]
		s.first -= min(len(p), s.first, len(s.rest))
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}
