package dump_test

import (
	"bytes"
	"iter"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/dump"
	"github.com/root-gg/plik/server/metadata"
)

var _ dump.Sink = (*metadata.Importer)(nil)

func open(t *testing.T) *metadata.Store {
	t.Helper()
	s, err := metadata.Open(t.Context(), metadata.Options{ConnectionString: filepath.Join(t.TempDir(), "plik.db")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func storeSource(t *testing.T, s *metadata.Store) dump.Source {
	ctx := t.Context()
	return dump.Source{Users: s.EachUser(ctx), Tokens: s.EachToken(ctx), Uploads: s.EachUpload(ctx), Files: s.EachFile(ctx),
		Settings: func(yield func(dump.Setting, error) bool) {
			for v, err := range s.EachSetting(ctx) {
				if !yield(dump.Setting(v), err) {
					return
				}
			}
		}}
}

func load(t *testing.T, s *metadata.Store, data []byte, o dump.ImportOptions) (r dump.Result, err error) {
	err = s.Import(t.Context(), func(i *metadata.Importer) error {
		r, err = dump.Import(t.Context(), bytes.NewReader(data), i, o)
		return err
	})
	return r, err
}

// TestDatabase carries everything from a database to another one.
func TestDatabase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format dump.Format
		rows   rows
	}{{dump.JSONLines, full()}, {dump.Gob, sample()}} {
		first, second := open(t), open(t)
		r, err := load(t, first, c.rows.export(t, c.format, dump.ExportOptions{}), dump.ImportOptions{})
		require.NoError(t, err)
		require.Equal(t, c.rows.counts(), r.Imported)

		var out bytes.Buffer
		n, err := dump.Export(t.Context(), &out, c.format, storeSource(t, first), dump.ExportOptions{})
		require.NoError(t, err)
		require.Equal(t, c.rows.counts(), n)
		_, err = load(t, second, out.Bytes()[:out.Len()-1], dump.ImportOptions{IgnoreErrors: true})
		require.Equal(t, core.KindInvalid, core.KindOf(err))
		require.Empty(t, collect(t, second.EachUser(t.Context())), "half a dump is none")

		_, err = load(t, second, out.Bytes(), dump.ImportOptions{})
		require.NoError(t, err)
		require.Equal(t, contents(t, first), contents(t, second))
		require.Equal(t, c.rows.want(), contents(t, second))

		var texts []string
		r, err = load(t, second, out.Bytes(), dump.ImportOptions{IgnoreErrors: true, Report: func(s string) { texts = append(texts, s) }})
		require.NoError(t, err)
		require.Equal(t, dump.Counts{}, r.Imported)
		for _, text := range texts {
			requireNoSecret(t, text)
		}
		require.Equal(t, c.rows.want(), contents(t, second))
	}
}

func contents(t *testing.T, s *metadata.Store) *database {
	src := storeSource(t, s)
	return rows{collect(t, src.Users), collect(t, src.Tokens), collect(t, src.Uploads), collect(t, src.Files), collect(t, src.Settings)}.want()
}

func collect[T any](t *testing.T, seq iter.Seq2[T, error]) (list []T) {
	t.Helper()
	for v, err := range seq {
		require.NoError(t, err)
		list = append(list, v)
	}
	return list
}
