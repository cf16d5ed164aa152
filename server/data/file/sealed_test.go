package file_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/seal"
)

const sealedDetails = `{"sealed":1}`

// put stores content as the object of id, and returns the key to open it by.
func put(t testing.TB, s *file.Store, id core.FileID, content []byte) data.Key {
	t.Helper()
	key := data.Key{Upload: "UPLOAD", File: id}
	stored, err := s.Put(t.Context(), key, bytes.NewReader(content), -1)
	require.NoError(t, err)
	require.EqualValues(t, len(content), stored.Size)
	key.Details = stored.Details
	return key
}

func pathOf(dir string, id core.FileID) string { return dir + "/" + string(id[:2]) + "/" + string(id) }

// refused checks that not one byte of an object is to be had, and returns the error.
func refused(t *testing.T, s *file.Store, key data.Key) error {
	t.Helper()
	_, err := s.Open(t.Context(), key, data.Range{})
	require.Error(t, err)
	require.Equal(t, core.KindInternal, core.KindOf(err), "not a word of it is for the client: %v", err)
	_, rangeErr := s.Open(t.Context(), key, data.Range{Offset: 1, Length: 2})
	require.EqualError(t, rangeErr, err.Error())
	return err
}

// sizes returns what List says.
func sizes(t *testing.T, s *file.Store) map[core.FileID]int64 {
	t.Helper()
	found := map[core.FileID]int64{}
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		found[e.Key.File] = e.Size
	}
	return found
}

func TestSealed(t *testing.T) {
	t.Parallel()
	dir, want := t.TempDir(), letters()[:200_000]
	s := openWith(t, dir, newKey(t))
	key := put(t, s, "abcdef", want)
	require.Equal(t, sealedDetails, key.Details)
	raw, err := os.ReadFile(pathOf(dir, key.File))
	require.NoError(t, err)
	require.EqualValues(t, seal.SealedSize(200_000), len(raw))
	for at := 0; at+16 <= len(want); at += 16 {
		require.False(t, bytes.Contains(raw, want[at:at+16]), "byte %d is there in clear", at)
	}
	require.Equal(t, map[core.FileID]int64{"abcdef": 200_000}, sizes(t, s))
}

// TestPlainFilesStay is a store that was there before its keys.
func TestPlainFilesStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir+"/UP/UPLOAD/oldest", "of Plik 1.3")
	before := put(t, open(t, dir), "before", []byte("before there were keys"))
	require.Empty(t, before.Details)
	s := openWith(t, dir, newKey(t))
	require.Equal(t, "before there were keys", read(t, s, before))
	require.Equal(t, "of Plik 1.3", read(t, s, data.Key{Upload: "UPLOAD", File: "oldest"}))
	require.Equal(t, map[core.FileID]int64{"before": 22, "oldest": 11}, sizes(t, s))

	before = put(t, s, "before", []byte("anew"))
	require.Equal(t, sealedDetails, before.Details)
	require.Equal(t, "anew", read(t, s, before))
}

// TestFilesThatLookSealed are of users, who send what they like.
func TestFilesThatLookSealed(t *testing.T) {
	t.Parallel()
	k, dir, plainDir := newKey(t), t.TempDir(), t.TempDir()
	s := openWith(t, dir, k)
	put(t, s, "genuine", []byte("the content"))
	raw, err := os.ReadFile(pathOf(dir, "genuine"))
	require.NoError(t, err)
	for id, content := range map[core.FileID][]byte{"header": raw[:seal.HeaderSize], "magic": raw[:8], "whole": raw} {
		key := put(t, s, id, content)
		require.Equal(t, string(content), read(t, s, key))
		key = put(t, open(t, plainDir), id, content)
		for _, reader := range []*file.Store{open(t, plainDir), openWith(t, plainDir, k)} {
			require.Equal(t, string(content), read(t, reader, key))
			require.EqualValues(t, len(content), sizes(t, reader)[id])
		}
	}
}

// TestNeverInClear opens what is not what its details say.
func TestNeverInClear(t *testing.T) {
	t.Parallel()
	dir, k := t.TempDir(), newKey(t)
	s := openWith(t, dir, k)
	key := put(t, s, "abcdef", []byte("the content"))
	for _, without := range []*file.Store{open(t, dir), openWith(t, dir, newKey(t))} {
		err := refused(t, without, key)
		require.ErrorAs(t, err, new(*seal.MissingKeyError))
		require.ErrorContains(t, err, "abcdef")
		require.ErrorContains(t, err, k.ID())
		require.ErrorContains(t, err, "add that key")
	}
	for _, content := range []string{"", "in clear", strings.Repeat("in clear", 1000)} {
		write(t, pathOf(dir, key.File), content)
		require.ErrorIs(t, refused(t, s, key), seal.ErrNotSealed)
	}
	key.Details = `{"sealed":2}`
	require.ErrorContains(t, refused(t, s, key), "use a newer one")
	key = put(t, s, "abcdef", nil)
	require.Empty(t, read(t, s, key))
	for _, details := range []string{`{"SSEKey":"x"}`, `{}`, "text"} { // of another backend
		other := put(t, open(t, dir), "other", []byte("in clear"))
		other.Details = details
		require.Equal(t, "in clear", read(t, s, other))
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	dir, older, newer := t.TempDir(), newKey(t), newKey(t)
	old := put(t, openWith(t, dir, older), "old", []byte("of the old key"))
	s := openWith(t, dir, newer, older)
	fresh := put(t, s, "fresh", []byte("of the new key"))
	require.Equal(t, "of the old key", read(t, s, old))
	require.Equal(t, "of the new key", read(t, s, fresh))
	require.Equal(t, map[core.FileID]int64{"old": 14, "fresh": 14}, sizes(t, s))
	alone := openWith(t, dir, newer)
	require.Equal(t, "of the new key", read(t, alone, fresh))
	require.ErrorContains(t, refused(t, alone, old), older.ID())
}

func TestNoEmptyKey(t *testing.T) {
	t.Parallel()
	_, err := file.New(file.Options{Directory: t.TempDir(), Keys: []seal.Key{newKey(t), {}}})
	require.ErrorContains(t, err, "is empty")
}

// TestTampering changes the bytes of an object on the disk; see the tests of package seal for more.
func TestTampering(t *testing.T) {
	t.Parallel()
	dir, want := t.TempDir(), letters()[:3*seal.RecordSize+500]
	s := openWith(t, dir, newKey(t))
	key := put(t, s, "abcdef", want)
	put(t, s, "other", letters()[1<<20:][:len(want)])
	raw, err := os.ReadFile(pathOf(dir, key.File))
	require.NoError(t, err)
	other, err := os.ReadFile(pathOf(dir, "other"))
	require.NoError(t, err)
	flipped := func(at int64) []byte { b := bytes.Clone(raw); b[at] ^= 1; return b }
	second, third := raw[seal.Offset(1):seal.Offset(2)], raw[seal.Offset(2):seal.Offset(3)]
	for what, b := range map[string][]byte{
		"version":            flipped(7),
		"key id":             flipped(9),
		"salt":               flipped(20),
		"nonce":              flipped(seal.Offset(2) + 3),
		"ciphertext":         flipped(seal.Offset(1) + 5000),
		"tag":                flipped(seal.Offset(1) - 1),
		"footer":             flipped(int64(len(raw)) - 1),
		"cut":                raw[:len(raw)-1],
		"no footer":          raw[:len(raw)-seal.FooterSize],
		"one record":         append(bytes.Clone(raw[:seal.Offset(1)]), raw[len(raw)-seal.FooterSize:]...),
		"swapped":            bytes.Join([][]byte{raw[:seal.Offset(1)], third, second, raw[seal.Offset(3):]}, nil),
		"of another":         other,
		"record of another":  bytes.Join([][]byte{raw[:seal.Offset(1)], other[seal.Offset(1):seal.Offset(2)], raw[seal.Offset(2):]}, nil),
		"longer":             append(bytes.Clone(raw), 0),
		"header alone":       raw[:seal.HeaderSize],
		"other magic":        flipped(0),
		"an older one added": append(bytes.Clone(raw), raw[seal.HeaderSize:]...),
	} {
		require.NoError(t, os.WriteFile(pathOf(dir, key.File), b, 0o666))
		requireNoWrongByte(t, s, key, want, what)
	}
	require.NoError(t, os.WriteFile(pathOf(dir, key.File), raw, 0o666))
	require.Equal(t, string(want), read(t, s, key))
}

// requireNoWrongByte reads an object that was changed: as a whole that is an error, in parts each
// one is right or an error.
func requireNoWrongByte(t *testing.T, s *file.Store, key data.Key, want []byte, what string) {
	t.Helper()
	get := func(rng data.Range) ([]byte, error) {
		r, err := s.Open(t.Context(), key, rng)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	got, err := get(data.Range{})
	require.Error(t, err, what)
	require.Equal(t, core.KindInternal, core.KindOf(err), what)
	require.True(t, bytes.HasPrefix(want, got), what)
	for at := 0; at < len(want); at += 30_000 {
		got, err := get(data.Range{Offset: int64(at), Length: 30_000})
		part := want[at:min(at+30_000, len(want))]
		require.True(t, bytes.HasPrefix(part, got), "%s: from %d on", what, at)
		require.True(t, err != nil || len(got) == len(part), "%s: short from %d on", what, at)
	}
}

// TestServeContent has net/http serve ranges of one object to many at once.
func TestServeContent(t *testing.T) {
	t.Parallel()
	want := letters()[:5*seal.RecordSize+9]
	s := openWith(t, t.TempDir(), newKey(t))
	key := put(t, s, "abcdef", want)
	serve := func(t *testing.T, header string) *httptest.ResponseRecorder {
		src, err := data.OpenSeeker(t.Context(), s, key, int64(len(want)))
		if !assert.NoError(t, err) {
			return nil
		}
		defer src.Close()
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Range", header)
		http.ServeContent(w, r, "x.bin", time.Time{}, src)
		return w
	}
	var wg sync.WaitGroup
	for header, part := range map[string][]byte{
		"bytes=0-0":           want[:1],
		"bytes=65535-65536":   want[65535:65537],
		"bytes=100000-250000": want[100_000:250_001],
		"bytes=-10":           want[len(want)-10:],
		"bytes=327680-":       want[327_680:],
	} {
		for range 4 {
			wg.Go(func() {
				if w := serve(t, header); w != nil {
					assert.Equal(t, http.StatusPartialContent, w.Code, header)
					assert.True(t, bytes.Equal(part, w.Body.Bytes()), header)
				}
			})
		}
	}
	wg.Wait()
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, serve(t, "bytes=400000-").Code)
}
