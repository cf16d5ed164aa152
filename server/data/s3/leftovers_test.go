package s3_test

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/s3"
)

// clock is one that is moved by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(hours int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(time.Duration(hours) * time.Hour)
}

func partials(t *testing.T, s *s3.Store) (found []data.Entry) {
	t.Helper()
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		if e.Partial {
			found = append(found, e)
		}
	}
	return found
}

func discard(t *testing.T, s *s3.Store, e data.Entry) bool {
	t.Helper()
	gone, err := s.Discard(t.Context(), e)
	require.NoError(t, err)
	return gone
}

// What a process that died left is found and removed, but not before it is old.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	c, bucket := client(t)
	now := newClock()
	s := open(t, func(o *s3.Options) { o.Prefix, o.Now = "left/"+core.RandomText(8), now.Now })
	other := open(t, func(o *s3.Options) { o.Prefix = "left-" + core.RandomText(8) })
	prefix := s.Prefix()

	id := core.NewFileID()
	upload, err := c.NewMultipartUpload(t.Context(), bucket, prefix+string(id), minio.PutObjectOptions{})
	require.NoError(t, err)
	_, err = c.PutObjectPart(t.Context(), bucket, prefix+string(id), upload, 1, bytes.NewReader(content(18, 10)), 10, minio.PutObjectPartOptions{})
	require.NoError(t, err)
	_, err = c.PutObject(t.Context(), bucket, prefix+".parts/abc", bytes.NewReader(content(18, 10)), 10, "", "", minio.PutObjectOptions{})
	require.NoError(t, err)
	growing := core.NewFileID()
	appendTo(t, s, growing, 0, content(19, 12*mib))

	// MinIO lists multipart uploads of exactly that name only, and so not all of a prefix.
	found := append(partials(t, s), s.LeftoverOf(id, upload))
	require.Empty(t, partials(t, other))
	require.NotEmpty(t, found)
	for _, e := range found {
		require.False(t, discard(t, s, e), "it is young")
		_, err := other.Discard(t.Context(), e)
		require.Error(t, err, "it is that of somebody else")
	}
	now.add(2)
	for _, e := range found {
		require.NotEqual(t, growing, e.Key.File)
		require.True(t, discard(t, s, e))
		require.True(t, discard(t, s, e), "for the second time")
	}
	for _, name := range []core.FileID{id, growing} {
		uploads, err := s.Uploads(t.Context(), string(name))
		require.NoError(t, err)
		if name == id {
			require.Empty(t, uploads)
			continue
		}
		require.Len(t, uploads, 1)
		require.False(t, discard(t, s, s.LeftoverOf(growing, s.UploadOf(t.Context(), string(growing)))), "it is unfinished, not left")
	}
	requireNoParts(t, s)
	for _, e := range []data.Entry{{Name: "other", Partial: true}, {Name: prefix + "x"}, {Name: prefix + string(growing), Partial: true}} {
		_, err := s.Discard(t.Context(), e)
		require.Error(t, err, e.Name)
	}
}

// What this process is writing is no leftover, however long it takes.
func TestLiveIsNoLeftover(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := open(t, func(o *s3.Options) { o.Now, o.PartSize = now.Now, s3.MinPartSize })
	key, want := newKey(), content(20, 12*mib)
	read, write := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := s.Put(t.Context(), key, read, -1)
		done <- err
	}()
	_, err := write.Write(want[:11*mib])
	require.NoError(t, err)
	now.add(2)
	require.Empty(t, partials(t, s))
	require.False(t, discard(t, s, s.LeftoverOf(key.File, s.UploadOf(t.Context(), string(key.File)))))
	_, err = write.Write(want[11*mib:])
	require.NoError(t, err)
	require.NoError(t, write.Close())
	require.NoError(t, <-done)
	requireObject(t, s, key, want)
}
