package cluster_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

// cluster is a database and a place for bytes, and the daemons that share them.
type cluster struct {
	*testing.T
	dir     string
	env     []string
	daemons []*daemon
}

// start runs n daemons that know of each other, on stores of their own.
func start(t *testing.T, n int, env ...string) *cluster {
	t.Helper()
	if !wanted() {
		t.Skip("PLIK_TEST_BACKENDS is not 1: this needs PostgreSQL, S3 and nginx")
	}
	own := strings.ToLower(core.RandomText(12))
	bytes := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(needed(t, "PLIK_TEST_S3")), &bytes))
	bytes["Bucket"] = "plik-" + own
	rows := map[string]any{"Driver": "postgres", "ConnectionString": database(t, "plik_"+own)}
	c := &cluster{T: t, dir: t.TempDir()}
	c.env = append(os.Environ(), append([]string{
		"PLIKD_DATA_BACKEND=s3", "PLIKD_DATA_BACKEND_CONFIG=" + asJSON(t, bytes), "PLIKD_METADATA_BACKEND_CONFIG=" + asJSON(t, rows),
		"PLIKD_LISTEN_ADDRESS=127.0.0.1", "PLIKD_SOURCE_IP_HEADER=X-Forwarded-For", "PLIKD_MAX_FILE_SIZE_STR=unlimited",
	}, env...)...)
	for range n {
		c.daemons = append(c.daemons, c.launch(freePort(t))) // all at once, on nothing
	}
	for _, d := range c.daemons {
		d.await()
	}
	return c
}

// database creates an empty one and returns how to connect to it.
func database(t *testing.T, name string) string {
	t.Helper()
	dsn := needed(t, "PLIK_TEST_POSTGRES")
	cfg, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	admin := stdlib.OpenDB(*cfg)
	do := func(statement string) {
		_, err := admin.Exec(statement)
		require.NoError(t, err)
	}
	do("CREATE DATABASE " + name)
	t.Cleanup(func() {
		do("DROP DATABASE " + name + " WITH (FORCE)") // those that were killed may seem to be there still
		require.NoError(t, admin.Close())
	})
	return dsn + " dbname=" + name // the last one counts
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// command runs a command of plikd beside the daemons.
func (c *cluster) command(args ...string) (string, error) {
	cmd := exec.CommandContext(c.Context(), plikd, args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// consistent checks that database and bytes agree, now that nothing is under way.
func (c *cluster) consistent() {
	c.Helper()
	out, err := c.command("fsck", "--min-age", "1ns")
	require.NoError(c, err, out)
	require.Contains(c, out, " 0 problems found")
}
