package s3_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/s3"
)

// One that is slow does not keep another that has begun from going on, even if a third waits for
// memory.
func TestMemoryIsShort(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *s3.Options) { o.PartSize, o.Memory = s3.MinPartSize, 2*s3.MinPartSize })
	want := content(28, 26*mib)
	begin := func(r io.Reader) (done chan error) {
		done = make(chan error, 1)
		go func() {
			key := newKey()
			_, err := s.Put(t.Context(), key, r, -1)
			done <- err
		}()
		return done
	}
	slow, slowly := io.Pipe()
	quick, quickly := io.Pipe()
	slowDone, quickDone := begin(slow), begin(quick)
	for _, w := range []io.Writer{slowly, quickly} {
		_, err := w.Write(want[:1]) // they have memory
		require.NoError(t, err)
	}
	lateDone := begin(plain(want[:1]))
	require.Eventually(t, func() bool { return s.MemoryWaiting() == 1 }, 10*time.Second, time.Millisecond)
	_, err := quickly.Write(want[1:])
	require.NoError(t, err)
	require.EqualValues(t, 1, s.MemoryWaiting(), "it is still its turn")
	require.NoError(t, quickly.Close())
	require.NoError(t, <-quickDone)
	require.NoError(t, <-lateDone)
	require.NoError(t, slowly.Close())
	require.NoError(t, <-slowDone)
	require.Zero(t, s.MemoryUsed())
}
