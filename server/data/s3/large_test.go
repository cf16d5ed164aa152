package s3_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/s3"
)

// Objects with more parts than a multipart upload has: here two, of 5 MiB, and large ones of 12.
func TestLargeParts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*s3.Options)
		known  bool
		length int
		etag   string // how many parts it says there are
	}{
		"known size":        {nil, true, 48 * mib, "-6"},
		"unknown size":      {nil, false, 48*mib + 5, "-6"},
		"wrong size":        {nil, true, 21 * mib, "-4"},
		"one byte too many": {nil, false, 10*mib + 1, "-3"},
		"SSE-C":             {func(o *s3.Options) { o.SSE = s3.SSEC }, true, 31 * mib, "-5"},
		"SSE-C, unknown":    {func(o *s3.Options) { o.SSE = s3.SSEC }, false, 31 * mib, "-5"},
		"SSE-S3":            {func(o *s3.Options) { o.SSE = s3.SSES3 }, true, 31 * mib, "-5"},
		"no checksum":       {func(o *s3.Options) { o.NoChecksum = true }, false, 31 * mib, "-5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(o *s3.Options) {
				o.PartSize = s3.MinPartSize
				if c.change != nil {
					c.change(o)
				}
			})
			s.Limit(2, 12*mib, 12*mib)
			size, want := int64(-1), content(1, c.length)
			if c.known {
				size = int64(c.length)
			}
			if name == "wrong size" {
				size = 100 * mib
			}
			key := put(t, s, newKey(), want, size)
			requireObject(t, s, key, want)
			requireNoParts(t, s)
			sseKey, err := s3.KeyIn(key.Details)
			require.NoError(t, err)
			etag, err := s.ETag(t.Context(), string(key.File), sseKey)
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(etag, c.etag), etag)
		})
	}
}

var errBroken = errors.New("the source is broken")

// A Put that is cut, wherever, leaves nothing.
func TestCutPut(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *s3.Options) { o.PartSize = s3.MinPartSize })
	s.Limit(3, 12*mib, 12*mib)
	for _, length := range []int{0, 1, 5 * mib, 12 * mib, 16 * mib, 24 * mib, 33 * mib} {
		for _, size := range []int64{-1, 40 * mib} {
			key := newKey()
			_, err := s.Put(t.Context(), key, io.MultiReader(plain(content(2, length)), broken{}), size)
			require.Equal(t, errBroken, err)
			requireNothing(t, s, key)
		}
	}
	key := newKey()
	require.Panics(t, func() {
		_, _ = s.Put(t.Context(), key, io.MultiReader(plain(content(2, 12*mib)), panicking{}), -1)
	})
	requireNothing(t, s, key)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("the source is mad") }
