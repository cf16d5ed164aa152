package file_test

import (
	"bytes"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/seal"
)

// pieces is what the two files of an unfinished object hold.
type pieces struct{ main, tail []byte }

func (p pieces) write(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.WriteFile(dir+"/.partial/abcdef.sealed", p.main, 0o666))
	require.NoError(t, os.WriteFile(dir+"/.partial/abcdef.tail", p.tail, 0o666))
}

func piecesIn(t *testing.T, dir string) (p pieces) {
	t.Helper()
	var err error
	p.main, err = os.ReadFile(dir + "/.partial/abcdef.sealed")
	require.NoError(t, err)
	p.tail, err = os.ReadFile(dir + "/.partial/abcdef.tail")
	require.NoError(t, err)
	return p
}

// torn returns what a power cut may leave of a file that was synced as before and then written to
// become after: of some blocks the old content, of others the new one, of others none.
func torn(before, after []byte) [][]byte {
	all := [][]byte{before, after}
	short, long := min(len(before), len(after)), max(len(before), len(after))
	from := 0
	for from < short && before[from] == after[from] {
		from++
	}
	if from == long {
		return all[:1]
	}
	for _, cut := range []int{from, (from + long) / 2, long - 1} {
		grown := make([]byte, long) // holes read as zeros
		copy(grown, before)
		copy(grown, after[:min(cut, len(after))])
		all = append(all, grown, grown[:max(cut, short)])
		back := make([]byte, long) // the end came first
		copy(back, after)
		copy(back, before[:min(cut, len(before))])
		all = append(all, back)
	}
	return all
}

// TestPowerCuts goes on after a power cut between two syncs, whatever it left.
func TestPowerCuts(t *testing.T) {
	t.Parallel()
	const rec = seal.RecordSize
	for _, c := range []struct{ first, synced, next int }{
		{0, 0, 10}, {0, 100, 200}, {0, 100, rec}, {0, 100, rec + 1}, {50, 100, 3*rec + 7}, {100, rec, rec + 5},
		{rec + 1, 2*rec + 5, 5*rec + 9}, {rec + 1, rec + 5, 2*rec + 9}, {rec, 2 * rec, 3 * rec}, {7, 3*rec - 1, 3*rec + 1},
	} {
		t.Run(strconv.Itoa(c.synced)+" "+strconv.Itoa(c.next), func(t *testing.T) {
			t.Parallel()
			k, want := newKey(t), letters()[:6*rec]
			dir := t.TempDir()
			s := openWith(t, dir, k)
			appendTo(t, s, "abcdef", 0, want[:c.first])
			appendTo(t, s, "abcdef", c.first, want[c.first:c.synced])
			before := piecesIn(t, dir)
			appendTo(t, s, "abcdef", c.synced, want[c.synced:c.next])
			after := piecesIn(t, dir)
			// The start of the last record is written once those before it are on the disk.
			for _, main := range torn(before.main, after.main) {
				cutAt(t, k, pieces{main, before.tail}, c.synced, want)
			}
			for _, tail := range torn(before.tail, after.tail) {
				cutAt(t, k, pieces{after.main, tail}, c.synced, want)
			}
			cutAt(t, k, after, c.next, want)
		})
	}
}

// TestPowerCutsOfDroppedBytes is the same for bytes that are dropped, and others written in their place.
func TestPowerCutsOfDroppedBytes(t *testing.T) {
	t.Parallel()
	const rec = seal.RecordSize
	for _, c := range []struct{ synced, dropped, next int }{
		{100, 200, 300}, {100, 2*rec + 5, 150}, {100, 3 * rec, 2*rec + 9}, {rec, 3*rec + 5, rec + 7},
		{rec + 50, 2*rec + 50, 4*rec + 5}, {2*rec - 1, 5 * rec, 2 * rec}, {0, rec + 3, 20},
	} {
		t.Run(strconv.Itoa(c.synced)+" "+strconv.Itoa(c.dropped), func(t *testing.T) {
			t.Parallel()
			k, want := newKey(t), letters()[:6*rec]
			dir := t.TempDir()
			s := openWith(t, dir, k)
			appendTo(t, s, "abcdef", 0, want[:c.synced])
			appendTo(t, s, "abcdef", c.synced, letters()[10*rec:][:c.dropped-c.synced]) // nobody knows of them
			before := piecesIn(t, dir)
			if c.synced == 0 {
				cutAt(t, k, before, 0, want)
				return
			}
			piece, err := s.Append(t.Context(), "abcdef", int64(c.synced))
			require.NoError(t, err)
			opened := piecesIn(t, dir)
			_, err = piece.Write(want[c.synced:c.next])
			require.NoError(t, err)
			require.NoError(t, piece.Sync())
			require.NoError(t, piece.Close())
			after := piecesIn(t, dir)
			// The slot is on the disk before anything is dropped, unless there is nothing to be in it.
			for _, tail := range torn(before.tail, opened.tail) {
				cutAt(t, k, pieces{before.main, tail}, c.synced, want)
			}
			for _, main := range append(torn(before.main, opened.main), torn(before.main, after.main)...) {
				cutAt(t, k, pieces{main, opened.tail}, c.synced, want)
			}
			for _, tail := range torn(opened.tail, after.tail) {
				cutAt(t, k, pieces{after.main, tail}, c.synced, want)
			}
			cutAt(t, k, after, c.next, want)
		})
	}
}

// cutAt goes on with what a power cut left, of which synced bytes count.
func cutAt(t *testing.T, k seal.Key, left pieces, synced int, want []byte) {
	t.Helper()
	dir := t.TempDir()
	s := openWith(t, dir, k)
	left.write(t, dir)
	requireGoesOn(t, s, synced, want)
	require.Equal(t, []string{"ab/abcdef"}, filesIn(t, dir))
}

// TestUnfinishedPlain is half sent when the keys come.
func TestUnfinishedPlain(t *testing.T) {
	t.Parallel()
	dir, want := t.TempDir(), letters()[:200_000]
	appendTo(t, open(t, dir), "abcdef", 0, want[:100_000])
	s := openWith(t, dir, newKey(t))
	appendTo(t, s, "abcdef", 100_000, want[100_000:])
	require.NoError(t, s.Join(t.Context(), "joined", []core.FileID{"abcdef"}))
	requireObject(t, s, "abcdef", want)
	requireObject(t, s, "joined", want)
	require.ElementsMatch(t, []string{"ab/abcdef", "jo/joined"}, filesIn(t, dir))
}

// requireObject finishes an unfinished object and checks that it is sealed.
func requireObject(t *testing.T, s *file.Store, id core.FileID, want []byte) {
	t.Helper()
	key := data.Key{File: id}
	for range 2 {
		stored, err := s.Finish(t.Context(), id, key, int64(len(want)))
		require.NoError(t, err)
		require.Equal(t, data.Stored{Size: int64(len(want)), Details: sealedDetails}, stored)
	}
	key.Details = sealedDetails
	require.True(t, bytes.Equal(want, []byte(read(t, s, key))))
}

// TestUnfinishedRotation is half sent when a new key comes: it goes on with the old one.
func TestUnfinishedRotation(t *testing.T) {
	t.Parallel()
	dir, older, newer, want := t.TempDir(), newKey(t), newKey(t), letters()[:200_000]
	appendTo(t, openWith(t, dir, older), "abcdef", 0, want[:100_000])
	for _, without := range []*file.Store{openWith(t, dir, newer), open(t, dir)} {
		_, err := without.Append(t.Context(), "abcdef", 100_000)
		require.ErrorContains(t, err, older.ID())
		require.Equal(t, core.KindInternal, core.KindOf(err))
		_, err = without.Finish(t.Context(), "abcdef", data.Key{File: "abcdef"}, 100_000)
		require.ErrorContains(t, err, older.ID())
		require.ErrorContains(t, without.Join(t.Context(), "joined", []core.FileID{"abcdef"}), older.ID())
	}
	require.Len(t, filesIn(t, dir), 2, "it is all there still, and no half of a joined one")
	s := openWith(t, dir, newer, older)
	appendTo(t, s, "abcdef", 100_000, want[100_000:])
	require.NoError(t, s.Join(t.Context(), "joined", []core.FileID{"abcdef", "abcdef"}))
	requireObject(t, s, "abcdef", want)
	requireObject(t, s, "joined", append(bytes.Clone(want), want...))
	require.Equal(t, string(want)+string(want), read(t, openWith(t, dir, newer), data.Key{File: "joined", Details: sealedDetails}))
}

// TestUnfinishedAnew leaves nothing of the other kind.
func TestUnfinishedAnew(t *testing.T) {
	t.Parallel()
	dir, k := t.TempDir(), newKey(t)
	sealing, plain := openWith(t, dir, k), open(t, dir)
	appendTo(t, sealing, "abcdef", 0, letters()[:70_000])
	appendTo(t, plain, "abcdef", 0, []byte("in clear"))
	require.Equal(t, []string{".partial/abcdef.unfinished"}, filesIn(t, dir))
	appendTo(t, sealing, "abcdef", 0, []byte("sealed"))
	require.Equal(t, []string{".partial/abcdef.sealed", ".partial/abcdef.tail"}, filesIn(t, dir))
	_, err := plain.Finish(t.Context(), "abcdef", key, 6)
	require.ErrorContains(t, err, k.ID())
	requireObject(t, sealing, "abcdef", []byte("sealed"))
	_, err = plain.Finish(t.Context(), "abcdef", key, 6)
	require.ErrorContains(t, err, "6 were expected", "it cannot tell")
}

// TestUnfinishedTampering changes what is there of an unfinished object.
func TestUnfinishedTampering(t *testing.T) {
	t.Parallel()
	k, want := newKey(t), letters()[:3*seal.RecordSize+500]
	dir := t.TempDir()
	s := openWith(t, dir, k)
	appendTo(t, s, "abcdef", 0, want)
	whole := piecesIn(t, dir)
	for what, change := range map[string]func(p *pieces){
		"header":     func(p *pieces) { p.main[30] ^= 1 },
		"record":     func(p *pieces) { p.main[seal.Offset(1)+500] ^= 1 },
		"no record":  func(p *pieces) { p.main = p.main[:seal.Offset(2)] },
		"last":       func(p *pieces) { p.tail[100] ^= 1; p.tail[seal.TailSize%len(p.tail)] ^= 1 },
		"no tail":    func(p *pieces) { p.tail = nil },
		"no header":  func(p *pieces) { p.main = p.main[:10] },
		"swapped":    func(p *pieces) { swap(p.main[seal.Offset(0):seal.Offset(1)], p.main[seal.Offset(1):seal.Offset(2)]) },
		"in clear":   func(p *pieces) { p.main, p.tail = bytes.Clone(want), nil },
		"all is new": func(p *pieces) { p.main = make([]byte, len(p.main)) },
	} {
		p := pieces{bytes.Clone(whole.main), bytes.Clone(whole.tail)}
		change(&p)
		dir := t.TempDir()
		s := openWith(t, dir, k)
		p.write(t, dir)
		key := data.Key{File: "abcdef", Details: sealedDetails}
		if _, err := s.Finish(t.Context(), "abcdef", key, int64(len(want))); err == nil {
			requireNoWrongByte(t, s, key, want, what)
		}
	}
}

func swap(a, b []byte) {
	c := bytes.Clone(a)
	copy(a, b)
	copy(b, c)
}

// TestDropSealed leaves nothing.
func TestDropSealed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openWith(t, dir, newKey(t))
	appendTo(t, s, "abcdef", 0, letters()[:70_000])
	require.NoError(t, s.Drop(t.Context(), "abcdef"))
	require.Empty(t, filesIn(t, dir))
	write(t, dir+"/.partial/abcdef.tail", "what a crash left")
	n := 0
	for u, err := range s.Unfinished(t.Context()) {
		require.NoError(t, err)
		require.NoError(t, s.Drop(t.Context(), u.ID))
		n++
	}
	require.Equal(t, 1, n)
	require.Empty(t, filesIn(t, dir))
}
