package swift_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/swift"
)

// TestSlowSender pauses. What it sent becomes a segment, for Swift does not wait.
func TestSlowSender(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	o := f.options()
	o.SegmentSize = 1 << 30
	s, key, want := open(t, o), newKey(), content(1, 4<<20)
	s.SetIdle(time.Millisecond)
	segments := make(chan struct{}, 16)
	f.after = func(r *http.Request) int {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/put/") {
			segments <- struct{}{}
		}
		return 0
	}
	r, w := io.Pipe()
	defer r.Close()
	go func() {
		for _, part := range [][]byte{want[:2<<20], want[2<<20 : 4<<20-1]} {
			_, _ = w.Write(part) // a failed Put closes r
			select {
			case <-segments:
			case <-t.Context().Done():
			}
		}
		_, _ = w.Write(want[4<<20-1:])
		w.Close()
	}()
	_, err := s.Put(t.Context(), key, r, -1)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(f.names(s.Segments(), "put/")), 3)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
}

// TestVerySlowSender finishes a segment now and then, so that others see that somebody is there.
func TestVerySlowSender(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	o := f.options()
	o.SegmentSize = 1 << 30
	s, key, want := open(t, o), newKey(), content(2, 4<<20)
	now := time.Now()
	s.SetNow(func() time.Time { return now })
	later := hook(func() { now = now.Add(30 * time.Minute) })                            // called by Put
	plain := func(b []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(b)} } // in several writes
	_, err := s.Put(t.Context(), key, io.MultiReader(bytes.NewReader(want[:2<<20]), later, plain(want[2<<20:])), -1)
	require.NoError(t, err)
	require.Len(t, f.names(s.Segments(), "put/"), 2)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"segments":[{"n":"a","s":5,"h":"x","u":3}]}`))
	f.Add([]byte(`{"segments":[{"n":"a","s":9223372036854775807,"u":9223372036854775807},{"n":"b","s":1,"u":1}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		sizes, err := swift.Parts(b)
		var total int64
		for _, n := range sizes {
			require.GreaterOrEqual(t, n, int64(0))
			total += n
			require.GreaterOrEqual(t, total, int64(0))
		}
		if err != nil {
			require.Empty(t, sizes)
		}
	})
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"a.b", ".b", "a.", "a.b.c", "../x", "put/a.b/n/1", "data/a/1", "data//1", "put/a.b/n"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if key, ok := swift.ParseObject(name); ok {
			require.True(t, key.Plain())
			require.Equal(t, name, swift.ObjectName(key))
		}
		if group, ok := swift.GroupOf(name); ok {
			require.Equal(t, group, name[:len(group)])
			again, ok := swift.GroupOf(group + "x")
			require.True(t, ok)
			require.Equal(t, group, again)
		}
	})
}
