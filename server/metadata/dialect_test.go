package metadata_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/metadata"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statement       string
		postgres, mysql string
		args            [2][]int
	}{
		"parameters in order": {
			"SELECT a FROM t WHERE b = ? AND c = ?",
			"SELECT a FROM t WHERE b = $1 AND c = $2", "SELECT a FROM t WHERE b = ? AND c = ?",
			[2][]int{{0, 1}, {0, 1}},
		},
		"numbered parameters": {
			"UPDATE t SET a = ?2 WHERE b = ?1 OR c = ?2 OR d = ?10",
			"UPDATE t SET a = $1 WHERE b = $2 OR c = $1 OR d = $3", "UPDATE t SET a = ? WHERE b = ? OR c = ? OR d = ?",
			[2][]int{{1, 0, 9}, {1, 0, 1, 9}},
		},
		"literals": {
			"SELECT '?', 'it''s ?' FROM t WHERE a = ? AND b LIKE '$1%'",
			"SELECT '?', 'it''s ?' FROM t WHERE a = $1 AND b LIKE '$1%'", "SELECT '?', 'it''s ?' FROM t WHERE a = ? AND b LIKE '$1%'",
			[2][]int{{0}, {0}},
		},
		"hints": {
			"SELECT 1 FROM uploads u INDEXED BY idx_x CROSS JOIN files f ON f.a = u.b WHERE +u.deleted_at IS NULL AND +deleted_at IS NULL",
			"SELECT 1 FROM uploads u JOIN files f ON f.a = u.b WHERE u.deleted_at IS NULL AND deleted_at IS NULL",
			"SELECT 1 FROM uploads u FORCE INDEX (idx_x) JOIN files f ON f.a = u.b WHERE u.deleted_at IS NULL AND deleted_at IS NULL",
			[2][]int{},
		},
		"times": {
			"SELECT COALESCE(u.created_at, ''), COALESCE(u.name, '') FROM uploads u",
			`SELECT COALESCE(to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US"000+00:00"'), ''), COALESCE(u.name, '') FROM uploads u`,
			`SELECT COALESCE(DATE_FORMAT(u.created_at, '%Y-%m-%d %T.%f000+00:00'), ''), COALESCE(u.name, '') FROM uploads u`,
			[2][]int{},
		},
		"search": {
			"SELECT 1 FROM t WHERE t.name LIKE ? ESCAPE '!'",
			"SELECT 1 FROM t WHERE t.name ILIKE $1 ESCAPE '!'", "SELECT 1 FROM t WHERE LOWER(t.name) LIKE LOWER(?) ESCAPE '!'",
			[2][]int{{0}, {0}},
		},
		"insert or not": {
			`INSERT INTO t ("key", v) VALUES (?, ?) ON CONFLICT ("key") DO NOTHING`,
			`INSERT INTO t ("key", v) VALUES ($1, $2) ON CONFLICT ("key") DO NOTHING`, `INSERT IGNORE INTO t ("key", v) VALUES (?, ?)`,
			[2][]int{{0, 1}, {0, 1}},
		},
		"insert or update": {
			`INSERT INTO t (id, v) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET v = excluded.v`,
			`INSERT INTO t (id, v) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET v = excluded.v`,
			`INSERT INTO t (id, v) VALUES (?, ?) ON DUPLICATE KEY UPDATE v = VALUES(v)`,
			[2][]int{{0, 1}, {0, 1}},
		},
	} {
		for i, want := range []string{c.postgres, c.mysql} {
			text, args := metadata.Translate([]string{"postgres", "mysql"}[i], c.statement)
			require.Equal(t, want, text, name)
			require.Equal(t, c.args[i], args, name)
		}
	}
}

// FuzzConnectionString: nothing that is wrong with a connection string makes us quote it.
func FuzzConnectionString(f *testing.F) {
	for _, s := range []string{
		"host=h user=u password=s3cret! dbname=d", "postgres://u:s3cret!@h:5432/d?sslmode=disable", "postgres://u:s3cret!@h:port/d",
		"password=s3cret! port=x", "u:s3cret!@tcp(h:3306)/d?parseTime=True&loc=Local", "u:s3cret!@/d?tls=s3cret!", "u:s3cret!@udp(s3cret!)/d?timeout=s3cret!",
		"u:s3cret!/@d", "postgres://u:s3cret!@[::1/d", "host=h sslmode=s3cret!", "u:s3cret!@tcp(h)/d?collation=latin1_bin&interpolateParams=true",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, driver := range []string{"postgres", "mysql"} {
			err := metadata.CheckConnectionString(driver, s)
			if err != nil && strings.Contains(s, "s3cret!") {
				require.NotContains(t, err.Error(), "s3cret!")
			}
		}
	})
}
