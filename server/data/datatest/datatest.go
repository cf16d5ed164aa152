// Package datatest is the contract of data.Backend as a test suite. Every backend passes it.
package datatest

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Harness makes the backend to be tested.
type Harness struct {
	// Open returns a backend, new or shared, and has t close it. The suite uses fresh random
	// ids and some fixed odd ones, and deletes what it stores.
	Open func(t *testing.T) data.Backend
}

// Run checks that the backend keeps the promises of data.Backend, and of data.Lister and
// data.Checker if it is one.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, data.Backend){
		"round trip":           roundTrip,
		"ranges":               ranges,
		"seek":                 seek,
		"absent":               absent,
		"delete":               remove,
		"replace":              replace,
		"failing reader":       failingReader,
		"cancelled":            cancelled,
		"odd ids":              oddIDs,
		"ids that are no name": badIDs,
		"many at once":         manyAtOnce,
		"one key at once":      oneKeyAtOnce,
		"list":                 list,
		"check":                check,
		"append":               appending,
		"append, join":         joining,
		"append, absent":       appendAbsent,
		"append, odd offsets":  appendLarge,
		"append, unsynced":     appendUnsynced,
		"append, join large":   joinLarge,
		"append, anew":         appendAnew,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, h.Open(t))
		})
	}
}

// newKey returns a key no one else uses.
func newKey() data.Key {
	return data.Key{Upload: core.NewUploadID(), File: core.NewFileID()}
}

// content returns n bytes that differ from those of another seed and have no period.
func content(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

// put stores b, has t delete it, and returns the key that opens it.
func put(t *testing.T, b data.Backend, key data.Key, content []byte) data.Key {
	t.Helper()
	stored, err := b.Put(t.Context(), key, plain(content), int64(len(content)))
	require.NoError(t, err)
	require.EqualValues(t, len(content), stored.Size)
	key.Details = stored.Details
	deleteLater(t, b, key)
	return key
}

func deleteLater(t *testing.T, b data.Backend, key data.Key) {
	t.Cleanup(func() {
		if err := b.Delete(context.WithoutCancel(t.Context()), key); err != nil {
			t.Errorf("delete: %v", err)
		}
	})
}

// get returns what Open and reading to the end give.
func get(t *testing.T, b data.Backend, key data.Key, rng data.Range) []byte {
	t.Helper()
	r, err := b.Open(t.Context(), key, rng)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return got
}

// requireBytes does not print megabytes when it fails.
func requireBytes(t *testing.T, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	t.Fatalf("the bytes differ from offset %d on: want %d bytes, got %d", at, len(want), len(got))
}

// requireNothing checks that nothing is known of key, neither by Open nor by List.
func requireNothing(t *testing.T, b data.Backend, key data.Key) {
	t.Helper()
	r, err := b.Open(t.Context(), key, data.Range{})
	if err == nil {
		_ = r.Close()
	}
	require.Equal(t, core.KindNotFound, core.KindOf(err), "opening what must not be there: %v", err)
	require.Empty(t, listed(t, b, key.File))
}

// listed returns what List says of a file; nothing if the backend cannot list.
func listed(t *testing.T, b data.Backend, id core.FileID) []data.Entry {
	t.Helper()
	l, ok := data.As[data.Lister](b)
	if !ok {
		return nil
	}
	var found []data.Entry
	for e, err := range l.List(t.Context()) {
		require.NoError(t, err)
		if e.Key.File == id {
			found = append(found, e)
		}
	}
	return found
}

func requireDiff(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
}
