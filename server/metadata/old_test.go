package metadata_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// The tables as Plik 1.3 made them, by the migration that brought them there.
var (
	oldTables = []string{
		"CREATE TABLE `migrations` (`id` text, PRIMARY KEY (`id`))",
		"CREATE TABLE `uploads` (`id` text,`ttl` integer,`remote_ip` text,`comments` text,`upload_token` text,`user` text,`token` text,`stream` numeric,`one_shot` numeric,`removable` numeric,`protected_by_password` numeric,`login` text,`password` text,`created_at` datetime,`deleted_at` datetime,`expire_at` datetime,PRIMARY KEY (`id`))",
		"CREATE INDEX `idx_upload_user` ON `uploads`(`user`)",
		"CREATE INDEX `idx_upload_user_token` ON `uploads`(`token`)",
		"CREATE INDEX `idx_upload_deleted_at` ON `uploads`(`deleted_at`)",
		"CREATE INDEX `idx_upload_expire_at` ON `uploads`(`expire_at`)",
		"CREATE TABLE `files` (`id` text,`upload_id` text,`name` text,`status` text,`md5` text,`type` text,`size` integer,`reference` text,`backend_details` text,`created_at` datetime,PRIMARY KEY (`id`),CONSTRAINT `fk_uploads_files` FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`))",
		"CREATE TABLE `users` (`id` text,`provider` text,`login` text,`password` text,`name` text,`email` text,`is_admin` numeric,`created_at` datetime,PRIMARY KEY (`id`))",
		"CREATE TABLE `tokens` (`token` text,`comment` text,`user_id` text,`created_at` datetime,PRIMARY KEY (`token`),CONSTRAINT `fk_users_tokens` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`))",
		"CREATE TABLE `settings` (`key` text,`value` text,PRIMARY KEY (`key`))",
	}
	oldSteps = []struct {
		id         string
		statements []string
	}{
		{"0001-initial", nil},
		{"0002-user-limits", []string{"ALTER TABLE `users` ADD `max_file_size` integer", "ALTER TABLE `users` ADD `max_ttl` integer"}},
		{"0003-extend-ttl", []string{"ALTER TABLE `uploads` ADD `extend_ttl` numeric"}},
		{"0004-max-user-size", []string{"ALTER TABLE `users` ADD `max_user_size` integer"}},
	}
	ourSteps = []string{"1001-file-columns", "1002-file-indexes", "1003-instances", "1004-accounts", "1005-listings", "1006-resumables", "1007-devices", "1008-texts", "1009-advertise"}
)

// oldRows are what a server of Plik 1.3 may have left.
var oldRows = []string{
	`INSERT INTO uploads (id, ttl, upload_token, "user", one_shot, created_at, expire_at) VALUES
		('plain', 60, 'token', '', 1, '2026-11-23 21:00:47.956699538+00:00', '2036-11-23 21:00:47.95+00:00')`,
	`INSERT INTO uploads (id) VALUES ('null')`,
	`INSERT INTO uploads (id, deleted_at) VALUES ('deleted', '2026-11-23 21:00:47+00:00')`,
	`INSERT INTO files (id, upload_id, name, status, size, created_at) VALUES
		('second', 'plain', 'b', 'uploaded', 5, '2026-11-23 21:00:47.96+00:00'),
		('first', 'plain', 'a', '', 0, '2026-11-23 22:00:47.9599+01:00'),
		('third', 'plain', 'c', 'missing', 0, '2026-11-23T21:00:48Z')`,
	`INSERT INTO files (id, upload_id) VALUES ('nothing', 'null')`,
	`INSERT INTO users (id, provider, login, password, name, email, is_admin, created_at) VALUES
		('local:admin', 'local', 'admin', '$2a$14$hash', 'Ad Min', 'a@x.y', 1, '2026-11-23 21:14:58.779565028+00:00')`,
	`INSERT INTO users (id) VALUES ('local:null')`,
	`INSERT INTO tokens (token, comment, user_id, created_at) VALUES
		('a813cb6d-c326-4785-4e45-73c1f9773c8b', 'my laptop', 'local:admin', '2026-11-23 22:15:45.36+01:00')`,
	`INSERT INTO tokens (token, user_id) VALUES ('null', 'local:admin')`,
	`INSERT INTO settings (key, value) VALUES ('authentication_signature_key', 'signature')`,
}

// oldDatabase writes a database as Plik 1.3 left it after so many of its migrations.
func oldDatabase(t *testing.T, level int, recorded bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plik.db")
	db := rawDB(t, path)
	execAll(t, db, oldTables...)
	for _, step := range oldSteps[:level] {
		execAll(t, db, step.statements...)
		if recorded {
			execAll(t, db, "INSERT INTO migrations (id) VALUES ('"+step.id+"')")
		}
	}
	execAll(t, db, oldRows...)
	require.NoError(t, db.Close())
	return path
}

const halfMade = "before migrations, half made"

func TestOpensOldDatabases(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(t *testing.T) string{
		"level 1": func(t *testing.T) string { return oldDatabase(t, 1, true) },
		"level 2": func(t *testing.T) string { return oldDatabase(t, 2, true) },
		"level 3": func(t *testing.T) string { return oldDatabase(t, 3, true) },
		"level 4": func(t *testing.T) string { return oldDatabase(t, 4, true) },
		"level 4 made at once": func(t *testing.T) string {
			path := oldDatabase(t, 4, true)
			execAll(t, rawDB(t, path), "INSERT INTO migrations (id) VALUES ('SCHEMA_INIT')")
			return path
		},
		"from a later version": func(t *testing.T) string {
			path := oldDatabase(t, 4, true)
			execAll(t, rawDB(t, path), "INSERT INTO migrations (id) VALUES ('0099-unknown')")
			return path
		},
		"before migrations": func(t *testing.T) string { return oldDatabase(t, 1, false) },
		halfMade: func(t *testing.T) string {
			path := oldDatabase(t, 3, false)
			execAll(t, rawDB(t, path), "DROP TABLE tokens", "DROP TABLE migrations", "DROP INDEX idx_upload_expire_at",
				"ALTER TABLE files DROP COLUMN reference")
			return path
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := make(t)
			s := open(t, metadata.Options{ConnectionString: path})
			checkOldRows(t, s)
			if name == halfMade { // it had no table of tokens
				tokens, err := s.Tokens(t.Context(), "", core.Page{Limit: 10})
				require.NoError(t, err)
				require.Empty(t, tokens.Items)
			} else {
				checkOldTokens(t, s)
			}
			checkSchema(t, rawDB(t, path))
			require.NoError(t, s.Close())
			checkOldRows(t, open(t, metadata.Options{ConnectionString: path}))
		})
	}
}

func checkOldRows(t *testing.T, s *metadata.Store) {
	t.Helper()
	ctx := t.Context()
	u, err := s.UploadWithFiles(ctx, "plain")
	require.NoError(t, err)
	require.Equal(t, 60, u.TTL)
	require.True(t, u.OneShot)
	require.False(t, u.ExtendTTL)
	require.Equal(t, time.Date(2026, 11, 23, 21, 0, 47, 956699538, time.UTC), u.CreatedAt)
	require.Equal(t, time.Date(2036, 11, 23, 21, 0, 47, 950000000, time.UTC), u.ExpireAt)
	require.Len(t, u.Files, 3)
	for i, want := range []core.FileID{"first", "second", "third"} {
		require.Equal(t, want, u.Files[i].ID)
		require.False(t, u.Files[i].HasCRC32)
	}
	require.Equal(t, core.Missing, u.Files[0].Status)
	require.Equal(t, time.Date(2026, 11, 23, 21, 0, 47, 959900000, time.UTC), u.Files[0].CreatedAt)

	u, f, err := s.UploadAndFile(ctx, "null", "nothing")
	require.NoError(t, err)
	require.Equal(t, &core.Upload{ID: "null"}, u)
	require.Equal(t, &core.File{ID: "nothing", UploadID: "null", Status: core.Missing}, f)

	_, err = s.Upload(ctx, "deleted")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	checkOldUsers(t, s)
	value, err := s.Setting(ctx, "authentication_signature_key")
	require.NoError(t, err)
	require.Equal(t, "signature", value)
}

// oldAdmin is the user in oldRows.
func oldAdmin() *core.User {
	return &core.User{
		ID: "local:admin", Provider: "local", Login: "admin", Password: "$2a$14$hash", Name: "Ad Min", Email: "a@x.y",
		Admin: true, CreatedAt: time.Date(2026, 11, 23, 21, 14, 58, 779565028, time.UTC),
	}
}

// checkOldTokens checks that what Plik 1.3 does not know of a token is at its defaults.
func checkOldTokens(t *testing.T, s *metadata.Store) {
	t.Helper()
	ctx := t.Context()
	laptop := &core.Token{
		Token: "a813cb6d-c326-4785-4e45-73c1f9773c8b", Comment: "my laptop", UserID: "local:admin",
		Scope: core.ScopeUpload, CreatedAt: time.Date(2026, 11, 23, 21, 15, 45, 360000000, time.UTC),
	}
	plain := &core.Token{Token: "null", UserID: "local:admin", Scope: core.ScopeUpload}
	for _, want := range []*core.Token{laptop, plain} {
		token, u, err := s.TokenUser(ctx, want.Token)
		require.NoError(t, err)
		require.Equal(t, want, token)
		require.Equal(t, oldAdmin(), u)
	}
	tokens, err := s.Tokens(ctx, "local:admin", core.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []*core.Token{laptop, plain}, tokens.Items)
}

// checkOldUsers is checkOldTokens for users, and lists what Plik 1.3 left.
func checkOldUsers(t *testing.T, s *metadata.Store) {
	t.Helper()
	ctx := t.Context()
	u, ended, err := s.SessionUser(ctx, "local:admin", "session")
	require.NoError(t, err)
	require.False(t, ended)
	require.Equal(t, oldAdmin(), u)
	users, err := s.Users(ctx, core.UserFilter{}, core.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []*core.User{oldAdmin(), {ID: "local:null"}}, users.Items)
	uploads, err := s.Uploads(ctx, core.UploadFilter{Anyone: true}, core.Page{Limit: 10, Count: true})
	require.NoError(t, err)
	require.Equal(t, 2, uploads.Total)
	require.Equal(t, core.UploadID("null"), uploads.Items[1].ID)
	require.Len(t, uploads.Items[0].Files, 3)
	for _, ask := range []func(context.Context) (bool, error){s.HasAdmin, s.HasBcrypt} {
		yes, err := ask(ctx)
		require.NoError(t, err)
		require.True(t, yes)
	}
}

// checkSchema compares the schema with that of a new database, whatever its order.
func checkSchema(t *testing.T, db *sql.DB) {
	t.Helper()
	fresh := filepath.Join(t.TempDir(), "fresh.db")
	open(t, metadata.Options{ConnectionString: fresh})
	freshDB := rawDB(t, fresh)
	for _, query := range []string{
		`SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1`,
		`SELECT name || ' ' || replace(COALESCE(sql, ''), ' ', '') FROM sqlite_schema WHERE type = 'index' ORDER BY 1`,
	} {
		require.Equal(t, texts(t, freshDB, query), texts(t, db, query))
	}
	ids := texts(t, db, `SELECT id FROM migrations`)
	for _, step := range oldSteps {
		require.Contains(t, ids, step.id)
	}
	require.Subset(t, ids, ourSteps)
}

func texts(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		out = append(out, s)
	}
	require.NoError(t, rows.Err())
	return out
}

func TestNewSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	open(t, metadata.Options{ConnectionString: path})
	db := rawDB(t, path)
	want := []string{"SCHEMA_INIT"}
	for _, step := range oldSteps {
		want = append(want, step.id)
	}
	require.ElementsMatch(t, append(want, ourSteps...), texts(t, db, `SELECT id FROM migrations`))
	require.Equal(t, []string{"files.upload_id uploads.id", "tokens.user_id users.id"}, texts(t, db,
		`SELECT m.name || '.' || k."from" || ' ' || k."table" || '.' || k."to"
			FROM sqlite_schema m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table' ORDER BY 1`))
	for _, name := range []string{"fk_uploads_files", "fk_users_tokens"} {
		require.Equal(t, []string{"1"}, texts(t, db, `SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%CONSTRAINT%`+name+`%'`))
	}
	// Nothing that Plik 1.3 does not know of is needed to insert a row.
	require.Equal(t, []string{"0"}, texts(t, db,
		`SELECT count(*) FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND (c."notnull" OR c.dflt_value IS NOT NULL)`))
	execAll(t, db, oldRows...)
}
