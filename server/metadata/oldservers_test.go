package metadata_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// The tables as Plik 1.3 made them on the servers, by its last migration.
var oldServerTables = map[string][]string{
	"postgres": {
		`CREATE TABLE "migrations" ("id" varchar(255), PRIMARY KEY ("id"))`,
		`CREATE TABLE "uploads" ("id" text, "ttl" bigint, "remote_ip" text, "comments" text, "upload_token" text, "user" text, "token" text,
			"stream" boolean, "one_shot" boolean, "removable" boolean, "protected_by_password" boolean, "login" text, "password" text,
			"created_at" timestamptz, "deleted_at" timestamptz, "expire_at" timestamptz, "extend_ttl" boolean, PRIMARY KEY ("id"))`,
		`CREATE INDEX IF NOT EXISTS "idx_upload_user" ON "uploads" ("user")`,
		`CREATE INDEX IF NOT EXISTS "idx_upload_user_token" ON "uploads" ("token")`,
		`CREATE INDEX IF NOT EXISTS "idx_upload_deleted_at" ON "uploads" ("deleted_at")`,
		`CREATE INDEX IF NOT EXISTS "idx_upload_expire_at" ON "uploads" ("expire_at")`,
		`CREATE TABLE "files" ("id" text, "upload_id" varchar(256), "name" text, "status" text, "md5" text, "type" text, "size" bigint,
			"reference" text, "backend_details" text, "created_at" timestamptz, PRIMARY KEY ("id"),
			CONSTRAINT "fk_uploads_files" FOREIGN KEY ("upload_id") REFERENCES "uploads"("id"))`,
		`CREATE TABLE "users" ("id" text, "provider" text, "login" text, "password" text, "name" text, "email" text, "is_admin" boolean,
			"created_at" timestamptz, "max_file_size" bigint, "max_ttl" bigint, "max_user_size" bigint, PRIMARY KEY ("id"))`,
		`CREATE TABLE "tokens" ("token" text, "comment" text, "user_id" varchar(256), "created_at" timestamptz, PRIMARY KEY ("token"),
			CONSTRAINT "fk_users_tokens" FOREIGN KEY ("user_id") REFERENCES "users"("id"))`,
		`CREATE TABLE "settings" ("key" text, "value" text, PRIMARY KEY ("key"))`,
	},
	"mysql": {
		"CREATE TABLE `migrations` (`id` varchar(255), PRIMARY KEY (`id`))",
		"CREATE TABLE `uploads` (`id` varchar(256), `ttl` bigint, `remote_ip` varchar(256), `comments` varchar(256), `upload_token` varchar(256), " +
			"`user` varchar(256), `token` varchar(256), `stream` tinyint(1), `one_shot` tinyint(1), `removable` tinyint(1), " +
			"`protected_by_password` tinyint(1), `login` varchar(256), `password` varchar(256), `created_at` datetime(3) NULL, " +
			"`deleted_at` datetime(3) NULL, `expire_at` datetime(3) NULL, `extend_ttl` tinyint(1), PRIMARY KEY (`id`), INDEX `idx_upload_user` (`user`), " +
			"INDEX `idx_upload_user_token` (`token`), INDEX `idx_upload_deleted_at` (`deleted_at`), INDEX `idx_upload_expire_at` (`expire_at`)) " +
			"ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
		"CREATE TABLE `files` (`id` varchar(256), `upload_id` varchar(256), `name` varchar(256), `status` varchar(256), `md5` varchar(256), " +
			"`type` varchar(256), `size` bigint, `reference` varchar(256), `backend_details` varchar(256), `created_at` datetime(3) NULL, PRIMARY KEY (`id`), " +
			"CONSTRAINT `fk_uploads_files` FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
		"CREATE TABLE `users` (`id` varchar(256), `provider` varchar(256), `login` varchar(256), `password` varchar(256), `name` varchar(256), " +
			"`email` varchar(256), `is_admin` tinyint(1), `created_at` datetime(3) NULL, `max_file_size` bigint, `max_ttl` bigint, `max_user_size` bigint, " +
			"PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
		"CREATE TABLE `tokens` (`token` varchar(256), `comment` varchar(256), `user_id` varchar(256), `created_at` datetime(3) NULL, PRIMARY KEY (`token`), " +
			"CONSTRAINT `fk_users_tokens` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
		"CREATE TABLE `settings` (`key` varchar(256), `value` varchar(256), PRIMARY KEY (`key`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
	},
}

// oldServerRows are what a server of Plik 1.3 may have left, in the SQL that both take once the
// words of SQL are quoted. Times are in UTC, as the session is.
var oldServerRows = []string{
	`INSERT INTO migrations (id) VALUES ('0001-initial'), ('0002-user-limits'), ('0003-extend-ttl'), ('0004-max-user-size')`,
	`INSERT INTO uploads (id, ttl, upload_token, "user", one_shot, comments, created_at, expire_at) VALUES
		('plain', 60, 'token', '', true, '🎉', '2026-11-23 21:00:47.956', '2036-11-23 21:00:47.95')`,
	`INSERT INTO uploads (id) VALUES ('null')`,
	`INSERT INTO uploads (id, deleted_at) VALUES ('deleted', '2026-11-23 21:00:47')`,
	`INSERT INTO uploads (id, expire_at) VALUES ('expired', '2026-11-23 21:00:47')`,
	`INSERT INTO files (id, upload_id, name, status, size, created_at) VALUES
		('second', 'plain', 'b', 'uploaded', 5, '2026-11-23 21:00:47.96'), ('first', 'plain', 'a', '', 0, '2026-11-23 21:00:47.959')`,
	`INSERT INTO files (id, upload_id) VALUES ('nothing', 'null')`,
	`INSERT INTO users (id, provider, login, password, name, email, is_admin, created_at) VALUES
		('local:admin', 'local', 'admin', '$2a$14$hash', 'Ad Min', 'a@x.y', true, '2026-11-23 21:14:58.779')`,
	`INSERT INTO users (id) VALUES ('local:null')`,
	`INSERT INTO tokens (token, comment, user_id, created_at) VALUES
		('a813cb6d-c326-4785-4e45-73c1f9773c8b', 'my laptop', 'local:admin', '2026-11-23 21:15:45.36')`,
	`INSERT INTO tokens (token, user_id) VALUES ('null', 'local:admin')`,
	`INSERT INTO settings ("key", value) VALUES ('authentication_signature_key', 'signature')`,
}

func oldServerDatabase(t *testing.T, o metadata.Options) {
	t.Helper()
	db := serverDB(t, o)
	db.SetMaxOpenConns(1) // the settings are of the session
	if o.Driver == "mysql" {
		execAll(t, db, `SET sql_mode = 'ANSI_QUOTES', time_zone = '+00:00'`)
	} else {
		execAll(t, db, `SET timezone = 'UTC'`)
	}
	execAll(t, db, oldServerTables[o.Driver]...)
	execAll(t, db, oldServerRows...)
}

// TestOpensOldDatabasesOnServers opens what Plik 1.3 left, twice.
func TestOpensOldDatabasesOnServers(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		oldServerDatabase(t, o)
		for range 2 {
			s := open(t, o)
			checkOldServerUploads(t, s)
			checkOldServerAccounts(t, s)
			require.NoError(t, s.Close())
		}
		s, db := open(t, o), serverDB(t, o)
		require.Subset(t, texts(t, db, `SELECT id FROM migrations`), ourSteps)
		checkServerSchema(t, o)

		// Plik 1.3 goes on with it, as far as it knows.
		if o.Driver == "mysql" {
			db.SetMaxOpenConns(1)
			execAll(t, db, `SET sql_mode = 'ANSI_QUOTES'`)
		}
		execAll(t, db, `INSERT INTO uploads (id, ttl, "user", created_at) VALUES ('later', 1, 'local:admin', '2026-11-23 21:00:47')`,
			`INSERT INTO files (id, upload_id, name, status, size) VALUES ('later', 'later', 'x', 'missing', 1)`)
		u, err := s.UploadWithFiles(t.Context(), "later")
		require.NoError(t, err)
		require.Len(t, u.Files, 1)
		n, err := s.ExpireUploads(t.Context(), time.Now(), 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
}

func checkOldServerUploads(t *testing.T, s *metadata.Store) {
	t.Helper()
	ctx := t.Context()
	u, err := s.UploadWithFiles(ctx, "plain")
	require.NoError(t, err)
	files := u.Files
	u.Files = nil
	require.Equal(t, &core.Upload{
		ID: "plain", TTL: 60, UploadToken: "token", OneShot: true, Comments: "🎉",
		CreatedAt: time.Date(2026, 11, 23, 21, 0, 47, 956e6, time.UTC), ExpireAt: time.Date(2036, 11, 23, 21, 0, 47, 950e6, time.UTC),
	}, u)
	require.Len(t, files, 2)
	require.Equal(t, core.FileID("first"), files[0].ID)
	require.Equal(t, core.Missing, files[0].Status)
	require.Equal(t, time.Date(2026, 11, 23, 21, 0, 47, 959e6, time.UTC), files[0].CreatedAt)

	u, f, err := s.UploadAndFile(ctx, "null", "nothing")
	require.NoError(t, err)
	require.Equal(t, &core.Upload{ID: "null"}, u)
	require.Equal(t, &core.File{ID: "nothing", UploadID: "null", Status: core.Missing}, f)
	_, err = s.Upload(ctx, "deleted")
	require.Equal(t, core.KindNotFound, core.KindOf(err))

	uploads, err := s.Uploads(ctx, core.UploadFilter{Anyone: true}, core.Page{Limit: 2, Count: true})
	require.NoError(t, err)
	require.Equal(t, 3, uploads.Total)
	require.Equal(t, []core.UploadID{"plain", "null"}, []core.UploadID{uploads.Items[0].ID, uploads.Items[1].ID})
	rest, err := s.Uploads(ctx, core.UploadFilter{Anyone: true}, core.Page{Limit: 2, After: uploads.After})
	require.NoError(t, err)
	require.Len(t, rest.Items, 1)
	require.Equal(t, core.UploadID("expired"), rest.Items[0].ID)
}

func checkOldServerAccounts(t *testing.T, s *metadata.Store) {
	t.Helper()
	ctx := t.Context()
	admin := oldAdmin()
	admin.CreatedAt = admin.CreatedAt.Truncate(time.Millisecond)
	users, err := s.Users(ctx, core.UserFilter{}, core.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []*core.User{admin, {ID: "local:null"}}, users.Items)
	laptop := &core.Token{
		Token: "a813cb6d-c326-4785-4e45-73c1f9773c8b", Comment: "my laptop", UserID: "local:admin",
		Scope: core.ScopeUpload, CreatedAt: time.Date(2026, 11, 23, 21, 15, 45, 360e6, time.UTC),
	}
	tokens, err := s.Tokens(ctx, "local:admin", core.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []*core.Token{laptop, {Token: "null", UserID: "local:admin", Scope: core.ScopeUpload}}, tokens.Items)
	for _, ask := range []func(context.Context) (bool, error){s.HasAdmin, s.HasBcrypt} {
		yes, err := ask(ctx)
		require.NoError(t, err)
		require.True(t, yes)
	}
	value, err := s.Setting(ctx, "authentication_signature_key")
	require.NoError(t, err)
	require.Equal(t, "signature", value)
}

// checkServerSchema compares columns, indexes and foreign keys with those of a new database.
func checkServerSchema(t *testing.T, o metadata.Options) {
	t.Helper()
	queries := map[string][]string{
		"postgres": {
			`SELECT concat_ws(' ', table_name, column_name, data_type, collation_name) FROM information_schema.columns
				WHERE table_schema = 'public' AND table_name <> 'migrations' ORDER BY 1`,
			`SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
			`SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY 1`,
		},
		"mysql": {
			`SELECT concat_ws(' ', table_name, column_name, column_type, collation_name, is_nullable, extra) FROM information_schema.columns
				WHERE table_schema = DATABASE() AND table_name <> 'migrations' ORDER BY 1`,
			`SELECT concat_ws(' ', table_name, index_name, seq_in_index, column_name) FROM information_schema.statistics
				WHERE table_schema = DATABASE() ORDER BY 1`,
			`SELECT concat_ws(' ', table_name, constraint_name) FROM information_schema.referential_constraints
				WHERE constraint_schema = DATABASE() ORDER BY 1`,
		},
	}
	fresh := newDatabase(t, o.Driver)
	open(t, fresh)
	want, got := serverDB(t, fresh), serverDB(t, o)
	for _, query := range queries[o.Driver] {
		list := texts(t, want, query)
		require.NotEmpty(t, list)
		require.Equal(t, list, texts(t, got, query))
	}
}
