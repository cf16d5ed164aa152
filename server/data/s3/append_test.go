package s3_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/s3"
)

// An unfinished object goes on in other processes, and parts are sent as they fill up.
func TestAppendElsewhere(t *testing.T) {
	t.Parallel()
	for name, sse := range map[string]string{"plain": "", "SSE-C": s3.SSEC, "SSE-S3": s3.SSES3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prefix := core.RandomText(8)
			process := func(partSize int64) *s3.Store {
				return open(t, func(o *s3.Options) { o.Prefix, o.SSE, o.PartSize = prefix, sse, partSize })
			}
			key, want := newKey(), content(21, 40*mib+11)
			at := 0
			for i, n := range []int{3, 5*mib - 3, 5 * mib, 1, 9*mib + 7, 0, 12 * mib, 40} {
				appendTo(t, process(int64(5+i)*mib), key.File, int64(at), want[at:at+n])
				at += n
			}
			appendTo(t, process(5*mib), key.File, int64(at), want[at:])
			s := process(16 * mib)
			stored, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
			require.NoError(t, err)
			key.Details = stored.Details
			requireObject(t, s, key, want)
			for _, dir := range []string{".unfinished/", ".parts/"} {
				names, err := s.Names(t.Context(), dir)
				require.NoError(t, err)
				require.Empty(t, names)
			}
			uploads, err := s.Uploads(t.Context(), string(key.File))
			require.NoError(t, err)
			require.Empty(t, uploads)
		})
	}
}

// What is beside the parts is small, however long the object is.
func TestAppendKeepsLittleBeside(t *testing.T) {
	t.Parallel()
	c, bucket := client(t)
	s := open(t, nil)
	key := newKey()
	for at := range 4 {
		appendTo(t, s, key.File, int64(at*7*mib), content(22, 7*mib))
		info, err := c.StatObject(t.Context(), bucket, s.Prefix()+".unfinished/"+string(key.File), s3.StatOptions{})
		require.NoError(t, err)
		require.Less(t, info.Size, int64(5*mib+1000))
	}
	require.NoError(t, s.Drop(t.Context(), key.File))
	requireNothing(t, s, key)
}

// A store may end multipart uploads that are old. Their bytes must not be taken to be there.
func TestAppendEndedByTheStore(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	c, bucket := client(t)
	key := newKey()
	appendTo(t, s, key.File, 0, content(23, 11*mib))
	name := string(key.File)
	require.NoError(t, c.AbortMultipartUpload(t.Context(), bucket, s.Prefix()+name, s.UploadOf(t.Context(), name)))
	_, err := s.Append(t.Context(), key.File, 11*mib)
	require.Equal(t, core.KindNotFound, core.KindOf(err), "%v", err)
	_, err = s.Finish(t.Context(), key.File, key, 11*mib)
	require.Equal(t, core.KindNotFound, core.KindOf(err), "%v", err)
	require.NoError(t, s.Drop(t.Context(), key.File))
	requireNothing(t, s, key)
}

// Bytes that came count also when their sender has left.
func TestAppendAfterItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	key := newKey()
	ctx, cancel := context.WithCancel(t.Context())
	p, err := s.Append(ctx, key.File, 0)
	require.NoError(t, err)
	_, err = p.Write(content(24, 6*mib))
	require.NoError(t, err)
	cancel()
	require.NoError(t, p.Sync())
	require.NoError(t, p.Close())
	stored, err := s.Finish(t.Context(), key.File, key, 6*mib)
	require.NoError(t, err)
	require.EqualValues(t, 6*mib, stored.Size)
	requireObject(t, s, key, content(24, 6*mib))
}

// Going on in the middle of a part, and joining, take several steps. Whichever is the last that
// was done, it can be done again, and the bytes are there.
func TestAppendDiesInBetween(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(ctx context.Context, s *s3.Store, id, joined core.FileID) error{
		"odd offset": func(ctx context.Context, s *s3.Store, id, _ core.FileID) error {
			p, err := s.Append(ctx, id, 8*mib+1)
			if err != nil {
				return err
			}
			return p.Close()
		},
		"join": func(ctx context.Context, s *s3.Store, id, joined core.FileID) error {
			return s.Join(ctx, joined, []core.FileID{id, id})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps := dies(t, 0, false, do)
			require.Greater(t, steps, 5)
			for last := range steps {
				dies(t, last, true, do)
			}
		})
	}
}

// dies lets only the first n requests through; if done the store still does the next, whose answer
// is lost. It returns how many requests it took to do it again.
func dies(t *testing.T, n int, done bool, do func(context.Context, *s3.Store, core.FileID, core.FileID) error) int {
	s, p := proxied(t, nil)
	s.Hurry(0, time.Second)
	one, joined, want := newKey(), newKey(), content(25, 11*mib+3)
	appendTo(t, s, one.File, 0, want)
	var count atomic.Int32
	ctx, die := context.WithCancel(t.Context())
	defer die()
	p.set(func(_ http.ResponseWriter, r *http.Request, f http.Handler) bool {
		switch i := int(count.Add(1)); {
		case i == n+1 && done:
			defer die()
			lose(r, f)
		case i > n:
			die()
			panic(http.ErrAbortHandler)
		}
		return false
	})
	require.Error(t, do(ctx, s, one.File, joined.File))
	p.set(nil)

	again, q := proxied(t, nil)
	count.Store(0)
	q.set(func(http.ResponseWriter, *http.Request, http.Handler) bool { count.Add(1); return false })
	require.NoError(t, do(t.Context(), again, one.File, joined.File))
	q.set(nil)
	steps := int(count.Load())
	if entries := objectsOf(t, again, one.File, joined.File); len(entries) > 0 {
		t.Fatalf("step %d: %v", n, entries)
	}
	key, length := one, 8*mib+1
	if unfinishedIn(t, again, joined.File) {
		appendTo(t, again, one.File, int64(len(want)), nil) // they stay
		key, length, want = joined, 2*len(want), append(bytes.Clone(want), want...)
	}
	appendTo(t, again, key.File, int64(length), []byte("end"))
	_, err := again.Finish(t.Context(), key.File, key, int64(length+3))
	require.NoError(t, err)
	requireObject(t, again, key, append(bytes.Clone(want[:length]), "end"...))
	for _, id := range []core.FileID{one.File, joined.File} {
		require.NoError(t, again.Drop(t.Context(), id))
		uploads, err := again.Uploads(t.Context(), string(id))
		require.NoError(t, err)
		require.Empty(t, uploads)
	}
	require.NoError(t, again.Delete(t.Context(), key))
	require.Empty(t, objectsOf(t, again, one.File, joined.File))
	return steps
}

func objectsOf(t *testing.T, s *s3.Store, ids ...core.FileID) (found []data.Entry) {
	t.Helper()
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		for _, id := range ids {
			if e.Key.File == id {
				found = append(found, e)
			}
		}
	}
	return found
}

func unfinishedIn(t *testing.T, s *s3.Store, id core.FileID) bool {
	t.Helper()
	found := false
	for u, err := range s.Unfinished(t.Context()) {
		require.NoError(t, err)
		found = found || u.ID == id
	}
	return found
}

// While parts are sent others are gathered, all within the memory there is.
func TestMemory(t *testing.T) {
	t.Parallel()
	const memory = 32 * mib
	s := open(t, func(o *s3.Options) { o.Memory, o.PartSize = memory, 8*mib })
	done := make(chan error)
	const writers = 12
	keys := make([]data.Key, writers)
	for i := range writers {
		keys[i] = newKey()
		go func() {
			_, err := s.Put(t.Context(), keys[i], &watched{r: plain(content(byte(i), 20*mib)), s: s, limit: memory}, -1)
			done <- err
		}()
	}
	for range writers {
		require.NoError(t, <-done)
	}
	for i, key := range keys {
		requireObject(t, s, key, content(byte(i), 20*mib))
	}
	requireNoParts(t, s)
}

// watched fails when there is more than limit.
type watched struct {
	r     io.Reader
	s     *s3.Store
	limit int64
}

func (w *watched) Read(p []byte) (int, error) {
	if w.s.MemoryUsed() > w.limit {
		return 0, errBroken
	}
	return w.r.Read(p)
}
