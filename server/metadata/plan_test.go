package metadata_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/metadata"
)

// TestPlans checks that no request looks at more rows than it needs, by what SQLite says it
// is going to do.
func TestPlans(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	open(t, metadata.Options{ConnectionString: path})
	db := rawDB(t, path)
	index := regexp.MustCompile(`INDEX (\w+)`)
	for query, want := range metadata.HotQueries() {
		var used []string
		for _, step := range plan(t, db, query) {
			require.NotContains(t, step, "TEMP B-TREE", query)
			require.NotContains(t, step, "AUTOMATIC", query)
			m := index.FindStringSubmatch(step)
			if m == nil {
				// The rest are names of subqueries, and EXISTS has a row of its own.
				require.NotRegexp(t, `^(SCAN [^C]|SEARCH )`, step, query)
				continue
			}
			if m[1] == "idx_file_unsettled" {
				// It holds the few rows there are, and may be gone through.
				used = append(used, m[1])
				continue
			}
			require.Regexp(t, `^SEARCH `, step, query)
			used = append(used, m[1])
		}
		slices.Sort(used)
		slices.Sort(want)
		require.Equal(t, want, slices.Compact(used), query)
	}
}

func plan(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	params := regexp.MustCompile(`\?`).FindAllString(query, -1)
	args := make([]any, len(params))
	if regexp.MustCompile(`\?13`).MatchString(query) {
		args = args[:13]
	} else if regexp.MustCompile(`\?2`).MatchString(query) {
		args = args[:2]
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	require.NoError(t, err, query)
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	require.NoError(t, rows.Err())
	return steps
}

// rawDB opens the database behind the store's back, with the driver's defaults: foreign
// keys are not enforced.
func rawDB(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func execAll(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err, s)
	}
}
