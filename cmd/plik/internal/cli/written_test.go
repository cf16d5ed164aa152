package cli_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/cmd/plik/internal/cli"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWritten(t *testing.T) {
	t.Parallel()
	r := cli.Written(t.Context(), func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "content")
		return err
	})
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "content", string(got))
	require.NoError(t, r.Close())

	broken := errors.New("broken")
	r = cli.Written(t.Context(), func(context.Context, io.Writer) error { return broken })
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, broken)
	require.NoError(t, r.Close())
}

// TestWrittenEnds is what happens to a writer that nobody reads from any more.
func TestWrittenEnds(t *testing.T) {
	t.Parallel()
	over := make(chan error, 1)
	forever := func(ctx context.Context, w io.Writer) error {
		_, err := io.Copy(w, zeros{})
		over <- err
		return err
	}
	r := cli.Written(t.Context(), forever)
	_, err := io.ReadFull(r, make([]byte, 100))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.ErrorIs(t, <-over, io.ErrClosedPipe)

	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	r = cli.Written(ctx, forever)
	_, err = io.ReadFull(r, make([]byte, 100))
	require.NoError(t, err)
	cancel(cause)
	_, err = io.Copy(io.Discard, r)
	require.ErrorIs(t, err, cause)
	<-over
	require.NoError(t, r.Close())

	started := false
	r = cli.Written(t.Context(), func(context.Context, io.Writer) error {
		started = true
		return nil
	})
	require.NoError(t, r.Close())
	require.False(t, started, "nothing is written before it is read")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
