package s3_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/s3"
)

// An unfinished object that has as many parts as it may have, here three, goes on with fewer.
func TestAppendPastThePartsThereAre(t *testing.T) {
	t.Parallel()
	for name, sse := range map[string]string{"plain": "", "SSE-C": s3.SSEC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(o *s3.Options) { o.SSE, o.PartSize = sse, s3.MinPartSize })
			s.Limit(3, 12*mib, 100*mib)
			key, want := newKey(), content(26, 52*mib+3)
			at := 0
			for _, n := range []int{21 * mib, 1, 0, 20*mib + 7, len(want) - 41*mib - 8} {
				p, err := s.Append(t.Context(), key.File, int64(at))
				require.NoError(t, err)
				for end := at + n; at < end; {
					n, err := p.Write(want[at:min(at+700_001, end)])
					require.NoError(t, err)
					at += n
				}
				require.NoError(t, p.Sync())
				require.NoError(t, p.Close())
			}
			require.Empty(t, objectsOf(t, s, key.File))
			stored, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
			require.NoError(t, err)
			key.Details = stored.Details
			requireObject(t, s, key, want)
			requireNoParts(t, s)

			sseKey, err := s3.KeyIn(key.Details)
			require.NoError(t, err)
			etag, err := s.ETag(t.Context(), string(key.File), sseKey)
			require.NoError(t, err)
			_, count, _ := strings.Cut(etag, "-")
			parts, err := strconv.Atoi(count)
			require.NoError(t, err)
			require.LessOrEqual(t, parts, 4)
		})
	}
}
