package datatest

import (
	"bytes"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data"
)

func manyAtOnce(t *testing.T, b data.Backend) {
	const writers, each = 8, 5
	var wg sync.WaitGroup
	var mu sync.Mutex
	keys := map[data.Key][]byte{}
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				want := content(byte(w*each+i), 100_000+w)
				key := newKey()
				stored, err := b.Put(t.Context(), key, plain(want), -1)
				if !assert.NoError(t, err) {
					return
				}
				key.Details = stored.Details
				mu.Lock()
				keys[key] = want
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, keys, writers*each)
	for key, want := range keys {
		requireBytes(t, want, get(t, b, key, data.Range{}))
		require.NoError(t, b.Delete(t.Context(), key))
		requireNothing(t, b, key)
	}
}

// oneKeyAtOnce writes objects that are one byte, many times, to the same key: a reader that
// meets two different bytes or another length has seen half an object.
func oneKeyAtOnce(t *testing.T, b data.Backend) {
	const writers, readers, each, size = 3, 3, 6, 600_000
	key := newKey()
	key = put(t, b, key, bytes.Repeat([]byte{0}, size))
	if key.Details != "" {
		// Each Put has its own details: nobody opens the same key while it is written.
		requireBytes(t, bytes.Repeat([]byte{0}, size), get(t, b, key, data.Range{}))
		return
	}
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				_, err := b.Put(t.Context(), key, plain(bytes.Repeat([]byte{byte(w*each + i + 1)}, size)), size)
				assert.NoError(t, err)
			}
		})
	}
	for range readers {
		reading.Go(func() {
			for wholeObject(t, b, key, size) {
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	require.Len(t, get(t, b, key, data.Range{}), size)
}

// wholeObject opens and reads an object and tells whether it is one.
func wholeObject(t *testing.T, b data.Backend, key data.Key, size int) bool {
	r, err := b.Open(t.Context(), key, data.Range{})
	if !assert.NoError(t, err) {
		return false
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	return assert.NoError(t, err) && assert.Len(t, got, size) &&
		assert.Equal(t, size, bytes.Count(got, got[:1]), "two objects in one")
}
