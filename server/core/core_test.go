package core_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func TestRandomText(t *testing.T) {
	t.Parallel()
	const n = 62 * 2000
	text := core.RandomText(n)
	require.Len(t, text, n)
	count := map[rune]int{}
	for _, r := range text {
		count[r]++
	}
	require.Len(t, count, 62, "letters and digits, all of them")
	for r, c := range count {
		// 2000 each on average; 300 is more than six standard deviations.
		require.InDelta(t, 2000, c, 300, "%c", r)
	}
	require.NotEqual(t, core.NewUploadID(), core.NewUploadID())
	require.Len(t, string(core.NewFileID()), 16)
	require.Len(t, core.NewUploadToken(), 32)
}

func TestMoves(t *testing.T) {
	t.Parallel()
	all := []core.Status{core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted}
	allowed := "missing-uploading missing-deleted uploading-missing uploading-uploaded uploading-removed uploading-deleted " +
		"uploaded-removed uploaded-deleted removed-deleted"
	for _, from := range all {
		for _, to := range all {
			want := strings.Contains(allowed, string(from)+"-"+string(to))
			require.Equal(t, want, core.CanMove(from, to), "%s to %s", from, to)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	e := core.E(core.KindNotFound, "code", "no %s", "file")
	require.Equal(t, "no file", e.Error())
	require.Equal(t, core.KindNotFound, core.KindOf(fmt.Errorf("open: %w", e)))
	require.Equal(t, core.KindInternal, core.KindOf(cause))
	require.ErrorIs(t, e.Because(cause), cause)
	require.Equal(t, "no file : cause", e.Because(cause).Error())
	require.NoError(t, e.Unwrap(), "Because makes a copy")
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 29, 1, 59, 59, 0, time.UTC)
	u := &core.Upload{TTL: 60}
	u.ExpireAt = u.ExpiryAfter(now)
	require.False(t, u.Expired(now.Add(60*time.Second)))
	require.True(t, u.Expired(now.Add(61*time.Second)))
	for _, ttl := range []int{0, -1} {
		u := &core.Upload{TTL: ttl}
		u.ExpireAt = u.ExpiryAfter(now)
		require.False(t, u.Expired(now.AddDate(1000, 0, 0)))
	}
}
