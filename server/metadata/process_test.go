package metadata_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// childEnv makes this test program a second process that writes to the database it names.
const childEnv = "PLIK_METADATA_TEST_CHILD"

// child stores uploads and prints the id of each once it is acknowledged, until it is killed.
func child(path string) int {
	ctx := context.Background()
	s, err := metadata.Open(ctx, metadata.Options{ConnectionString: path})
	for err == nil {
		u := newUpload()
		if err = s.CreateUpload(ctx, u); err == nil {
			err = store(ctx, s, u.Files[0])
		}
		if err == nil {
			_, err = fmt.Println(u.ID, u.Files[0].ID)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func store(ctx context.Context, s *metadata.Store, f *core.File) error {
	if err := s.MoveFile(ctx, f, core.Uploading, nil); err != nil {
		return err
	}
	return s.MoveFile(ctx, f, core.Uploaded, nil)
}

// TestTwoProcesses writes in two processes at once, of which one is killed in the middle:
// nobody sees a lock, and all that was acknowledged is there.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	type pair struct {
		upload core.UploadID
		file   core.FileID
	}
	var acknowledged []pair
	lines := bufio.NewScanner(out)
	s := open(t, metadata.Options{ConnectionString: path}) // may race with the child's
	for len(acknowledged) < 200 && lines.Scan() {
		var p pair
		_, err := fmt.Sscan(lines.Text(), &p.upload, &p.file)
		require.NoError(t, err)
		acknowledged = append(acknowledged, p)
		u := newUpload()
		require.NoError(t, s.CreateUpload(t.Context(), u))
		require.NoError(t, store(t.Context(), s, u.Files[0]))
		acknowledged = append(acknowledged, pair{u.ID, u.Files[0].ID})
	}
	require.NoError(t, cmd.Process.Kill())
	for lines.Scan() { // what it still said before it died; the last line may be cut short
		var p pair
		if _, err := fmt.Sscan(lines.Text(), &p.upload, &p.file); err == nil && len(p.file) == 16 {
			acknowledged = append(acknowledged, p)
		}
	}
	require.Error(t, cmd.Wait())
	require.GreaterOrEqual(t, len(acknowledged), 200)
	require.NoError(t, s.Close())

	s = open(t, metadata.Options{ConnectionString: path})
	for _, p := range acknowledged {
		_, f, err := s.UploadAndFile(t.Context(), p.upload, p.file)
		require.NoError(t, err)
		require.NotNil(t, f)
		require.Equal(t, core.Uploaded, f.Status)
	}
}
