package metadata_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

// TestListPlans checks that a page is found by the key of its cursor, and that nothing is
// sorted.
func TestListPlans(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	open(t, metadata.Options{ConnectionString: path})
	db := rawDB(t, path)
	queries, err := metadata.ListQueries()
	require.NoError(t, err)
	require.NotEmpty(t, queries)
	for query, index := range queries {
		steps := plan(t, db, query)
		require.Regexp(t, `^SEARCH \w USING INDEX `+index+` \(.*<expr>[<>]\?\)$`, steps[0], query)
		for _, step := range steps {
			require.NotContains(t, step, "TEMP B-TREE", query)
		}
	}
}

func plan(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	// Numbered parameters, or as many as there are.
	count := len(regexp.MustCompile(`\?`).FindAllString(query, -1))
	if numbers := regexp.MustCompile(`\?(\d+)`).FindAllStringSubmatch(query, -1); numbers != nil {
		count = 0
		for _, n := range numbers {
			i, err := strconv.Atoi(n[1])
			require.NoError(t, err)
			count = max(count, i)
		}
	}
	args := make([]any, count)
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
