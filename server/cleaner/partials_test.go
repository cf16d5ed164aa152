package cleaner_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

func TestOldPartialsAndOrphansGoOnceAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		now := time.Now()
		w.backend.partials["old"] = now.Add(-61 * time.Minute)
		w.backend.partials["old but written"] = now.Add(-24 * time.Hour)
		w.backend.partials["young"] = now.Add(-59 * time.Minute)
		w.backend.writing["old but written"] = true
		c := w.daemon("me")
		res, err := c.Pass(t.Context())
		require.NoError(t, err)
		counts(t, cleaner.Result{Partials: 1}, res)
		require.Len(t, w.backend.partials, 2)

		pass(30 * time.Minute)
		w.store.tokens["t"] = "nobody"
		res, err = c.Pass(t.Context())
		require.NoError(t, err)
		require.True(t, res.Empty())
		require.Equal(t, 1, w.backend.lists, "the store is not listed at every pass")

		pass(31 * time.Minute)
		w.backend.listErr = errors.New("boom")
		res, err = c.Pass(t.Context())
		require.ErrorIs(t, err, w.backend.listErr)
		counts(t, cleaner.Result{Partials: 1, OrphanTokens: 1}, res)
		require.Contains(t, w.backend.partials, "old but written")
	})
}

// plain is a backend that can neither list nor discard.
type plain struct{ data.Backend }

func TestABackendWithoutListingIsCleanedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.removed(1)
	c := w.daemon("me", func(o *cleaner.Options) { o.Backend = plain{w.backend} })
	res, err := c.Pass(t.Context())
	require.NoError(t, err)
	counts(t, cleaner.Result{DeletedFiles: 1}, res)
	require.Equal(t, core.Deleted, w.state(ids[0]))
}
