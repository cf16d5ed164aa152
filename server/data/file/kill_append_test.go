package file_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/seal"
)

// What childStep begins with for a process that appends, from an offset on, or finishes, up to a step.
const childAppends, childFinishes = "append ", "finish "

// letters is what such a process sends. It is not to be changed.
var letters = sync.OnceValue(func() []byte {
	b := make([]byte, 24<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // never fails
	return b
})

// childAppend appends for as long as there is something, and says how much was synced.
func childAppend(s *file.Store, from string) error {
	at, err := strconv.Atoi(from)
	if err != nil {
		return err
	}
	piece, err := s.Append(context.Background(), key.File, int64(at))
	if err != nil {
		return err
	}
	all, random := letters(), rand.New(rand.NewPCG(uint64(at), 1))
	for at < len(all) {
		// Now less than a record, now some.
		n := 1 + random.IntN([]int{100, 70_000, 600_000}[random.IntN(3)])
		n = min(n, len(all)-at)
		if _, err := piece.Write(all[at : at+n]); err != nil {
			return err
		}
		if err := piece.Sync(); err != nil {
			return err
		}
		at += n
		fmt.Println("synced", at)
	}
	return piece.Close()
}

// childFinish finishes what has all the letters. Before the step of that number it says so and waits
// to be killed.
func childFinish(s *file.Store, last string) error {
	n, err := strconv.Atoi(last)
	if err != nil {
		return err
	}
	waitAt(s, n)
	_, err = s.Finish(context.Background(), key.File, key, int64(len(letters())))
	return fmt.Errorf("finish returned %w", err)
}

// startChild starts this binary as a process that works in dir. Its output ends when it does.
func startChild(t *testing.T, dir, step, secret string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childStep+"="+step, childKey+"="+secret)
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = stdin.Close() })
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return cmd, bufio.NewReader(stdout)
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
}

// childKeys are those of a process that was started with that secret.
func childKeys(t *testing.T, secret string) []seal.Key {
	t.Helper()
	if secret == "" {
		return nil
	}
	k, err := seal.ParseKey(secret)
	require.NoError(t, err)
	return []seal.Key{k}
}

// TestKillAppends kills process after process that appends, wherever it is: what one said to be synced
// is there for the next one.
func TestKillAppends(t *testing.T) {
	t.Parallel()
	for kind, secret := range map[string]string{"plain": "", "sealed": childSecret} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir, want, at := t.TempDir(), letters(), 0
			for round := range 12 {
				cmd, out := startChild(t, dir, childAppends+strconv.Itoa(at), secret)
				for range 1 + 2*round%5 {
					said, err := out.ReadString('\n')
					require.NoError(t, err, said)
					number, ok := strings.CutPrefix(strings.TrimSpace(said), "synced ")
					require.True(t, ok, said)
					at, err = strconv.Atoi(number)
					require.NoError(t, err)
				}
				kill(t, cmd)
			}
			s := openWith(t, dir, childKeys(t, secret)...)
			requireGoesOn(t, s, at, want)
		})
	}
}

// requireGoesOn appends what comes after at, finishes, and checks all of it.
func requireGoesOn(t *testing.T, s *file.Store, at int, want []byte) {
	t.Helper()
	appendTo(t, s, key.File, at, want[at:])
	requireFinishes(t, s, want)
}

// requireFinishes finishes the object of key, and checks it and that nothing else is there.
func requireFinishes(t *testing.T, s *file.Store, want []byte) {
	t.Helper()
	key := key
	stored, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
	require.NoError(t, err)
	require.EqualValues(t, len(want), stored.Size)
	key.Details = stored.Details
	require.True(t, bytes.Equal(want, []byte(read(t, s, key))), "other bytes than were sent")
	for u, err := range s.Unfinished(t.Context()) {
		require.NoError(t, err)
		require.Fail(t, "something is left", u.ID)
	}
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, data.Entry{Key: data.Key{File: key.File}, Size: int64(len(want)), Modified: e.Modified}, e)
	}
}

// appendTo appends p at an offset and syncs it.
func appendTo(t testing.TB, s *file.Store, id core.FileID, offset int, p []byte) {
	t.Helper()
	piece, err := s.Append(t.Context(), id, int64(offset))
	require.NoError(t, err)
	_, err = piece.Write(p)
	require.NoError(t, err)
	require.NoError(t, piece.Sync())
	require.NoError(t, piece.Close())
}

// TestKillFinish kills a process before each step of a Finish, which is then done again.
func TestKillFinish(t *testing.T) {
	t.Parallel()
	steps := []string{"mkdir ab", "syncdir .", "open ab", "rename ab/abcdef", "syncdir ab"}
	for kind, secret := range map[string]string{"plain": "", "sealed": childSecret} {
		for i, step := range steps {
			t.Run(kind+" "+step, func(t *testing.T) {
				t.Parallel()
				dir, want := t.TempDir(), letters()
				s := openWith(t, dir, childKeys(t, secret)...)
				appendTo(t, s, key.File, 0, want)
				cmd, out := startChild(t, dir, childFinishes+strconv.Itoa(i), secret)
				said, err := out.ReadString('\n')
				require.NoError(t, err, said)
				require.Equal(t, "at "+step+"\n", said)
				kill(t, cmd)
				for range 2 {
					requireFinishes(t, s, want)
				}
			})
		}
	}
}
