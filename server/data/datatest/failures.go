package datatest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

func absent(t *testing.T, b data.Backend) {
	requireNothing(t, b, newKey())
	_, err := b.Open(t.Context(), newKey(), data.Range{Offset: 5, Length: 5})
	require.Equal(t, core.KindNotFound, core.KindOf(err), "%v", err)
}

func remove(t *testing.T, b data.Backend) {
	key, other := newKey(), newKey()
	key, other = put(t, b, key, content(5, 1000)), put(t, b, other, content(6, 1000))
	require.NoError(t, b.Delete(t.Context(), newKey()), "an object that never was")
	require.NoError(t, b.Delete(t.Context(), key))
	requireNothing(t, b, key)
	require.NoError(t, b.Delete(t.Context(), key), "for the second time")
	requireBytes(t, content(6, 1000), get(t, b, other, data.Range{}))
	put(t, b, key, content(7, 10))
}

func replace(t *testing.T, b data.Backend) {
	key := newKey()
	put(t, b, key, content(8, 300_000))
	key = put(t, b, key, content(9, 1000))
	requireBytes(t, content(9, 1000), get(t, b, key, data.Range{}))
	_, err := b.Put(t.Context(), key, &source{b: content(8, 500), err: errBroken}, -1)
	require.ErrorIs(t, err, errBroken)
	requireBytes(t, content(9, 1000), get(t, b, key, data.Range{}))
}

var errBroken = errors.New("the source is broken")

// sources are the two ways to be read: Read and WriteTo.
var sources = map[string]func(source) io.Reader{
	"Read":    func(s source) io.Reader { return &s },
	"WriteTo": func(s source) io.Reader { return &writingSource{s} },
}

// failures are the lengths after which a source fails. The longest is in the second part of a
// backend that sends parts.
var failures = map[string]int{"at once": 0, "early": 1000, "late": 6<<20 - 1}

func failingReader(t *testing.T, b data.Backend) {
	for way, reader := range sources {
		for when, length := range failures {
			for which, failure := range map[string]error{
				"an error": errBroken,
				// What a body that was cut off gives: it must not pass for an end.
				"unexpected EOF": io.ErrUnexpectedEOF,
			} {
				t.Run(way+" "+when+" "+which, func(t *testing.T) {
					key := newKey()
					for _, size := range []int64{-1, 6 << 20, int64(length)} {
						_, err := b.Put(t.Context(), key, reader(source{b: content(10, length), err: failure}), size)
						require.ErrorIs(t, err, failure, "size %d", size)
						requireNothing(t, b, key)
					}
				})
			}
		}
	}
}

func cancelled(t *testing.T, b data.Backend) {
	for way, reader := range sources {
		for when, length := range failures {
			t.Run(way+" "+when, func(t *testing.T) {
				key := newKey()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				all := content(11, 6<<20)
				_, err := b.Put(ctx, key, reader(source{b: all, at: length, hook: cancel, err: io.EOF}), int64(len(all)))
				require.ErrorIs(t, err, context.Canceled)
				requireNothing(t, b, key)
			})
		}
	}
	t.Run("before", func(t *testing.T) {
		key := put(t, b, newKey(), content(12, 10))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := b.Put(ctx, newKey(), plain(nil), 0)
		require.ErrorIs(t, err, context.Canceled)
		_, err = b.Open(ctx, key, data.Range{})
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, b.Delete(ctx, key), context.Canceled)
		requireBytes(t, content(12, 10), get(t, b, key, data.Range{}))
	})
}

// oddIDs are plain all the same.
func oddIDs(t *testing.T, b data.Backend) {
	for i, id := range []string{"a", "ab", "abc", "-", "--", "-rf", "_", "00", strings.Repeat("x", 64), "CamelCase", "lock", "con1"} {
		want := content(byte(i), 100+i)
		key := put(t, b, data.Key{Upload: core.UploadID("u" + id)[:min(len(id)+1, 64)], File: core.FileID(id)}, want)
		requireBytes(t, want, get(t, b, key, data.Range{}))
	}
}

func badIDs(t *testing.T, b data.Backend) {
	good := newKey()
	for _, id := range []string{
		"", ".", "..", "../x", "a/b", "/etc/passwd", `a\b`, "a.b", ".partial", "a b", "a\x00b", "é", "a\n",
		strings.Repeat("x", 65), strings.Repeat("x", 1<<20), "%2e%2e", "c:", "*", "../" + string(good.File),
	} {
		keys := []data.Key{{Upload: good.Upload, File: core.FileID(id)}}
		if id != "" {
			keys = append(keys, data.Key{Upload: core.UploadID(id), File: good.File})
		}
		for _, key := range keys {
			_, err := b.Put(t.Context(), key, plain(content(13, 10)), 10)
			require.Equal(t, core.KindInvalid, core.KindOf(err), "put %.20q: %v", id, err)
			requireNothing(t, b, key)
			require.NoError(t, b.Delete(t.Context(), key), "delete %.20q", id)
		}
	}
	requireNothing(t, b, good)
}
