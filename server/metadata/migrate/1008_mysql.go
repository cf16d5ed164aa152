package migrate

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// mysqlTable is how a table is to be: ids have the length they had, because they are in indexes.
type mysqlTable struct {
	name  string
	key   string   // never NULL
	ids   []string // up to 256 characters
	texts []string // up to 16 MiB
	times []string // with microseconds
}

var mysqlTables = []mysqlTable{
	{"uploads", "id", []string{"user", "token", "upload_token"}, []string{"remote_ip", "comments", "login", "password"}, []string{"created_at", "deleted_at", "expire_at"}},
	{"files", "id", []string{"upload_id", "status", "instance"}, []string{"name", "md5", "type", "reference", "backend_details"}, []string{"created_at"}},
	{"users", "id", []string{"provider"}, []string{"login", "password", "name", "email"}, []string{"created_at"}},
	{"tokens", "token", []string{"user_id", "scope"}, []string{"comment"}, []string{"created_at", "expire_at", "last_used_at"}},
	{"settings", "key", nil, []string{"value"}, nil},
	{"plik_instances", "id", nil, []string{"host"}, []string{"seen_at"}},
	{"plik_leases", "name", []string{"holder"}, nil, []string{"until_at"}},
	{"ended_sessions", "id", nil, nil, []string{"until"}},
	{"resumables", "id", []string{"upload_id", "file_id", "owner"}, []string{"parts", "md5", "head", "metadata"}, []string{"created_at", "updated_at"}},
	{"device_logins", "id", []string{"user_code", "user_id"}, []string{"comment", "remote_ip", "token"}, []string{"created_at", "expire_at"}},
}

type lock1008 struct {
	Name string `gorm:"primaryKey"`
}

func (lock1008) TableName() string { return "plik_locks" }

// foreignKeys are taken off while the columns on both of their sides change.
var foreignKeys = []struct{ name, table, column, references string }{
	{"fk_uploads_files", "files", "upload_id", "uploads (id)"},
	{"fk_users_tokens", "tokens", "user_id", "users (id)"},
}

// textsMySQL can be begun again after it was interrupted: there, changes of the schema are in no
// transaction.
func textsMySQL(tx *gorm.DB) error {
	for _, k := range foreignKeys {
		if tx.Migrator().HasConstraint(k.table, k.name) {
			if err := tx.Exec("ALTER TABLE " + k.table + " DROP FOREIGN KEY " + k.name).Error; err != nil {
				return err
			}
		}
	}
	collate := collation(tx)
	for _, t := range mysqlTables {
		if err := tx.Exec(t.alter(collate)).Error; err != nil {
			return err
		}
	}
	for _, k := range foreignKeys {
		// Another server may have dropped what rows refer to, while nothing hindered it.
		target, _, _ := strings.Cut(k.references, " ")
		for _, statement := range []string{
			fmt.Sprintf("DELETE FROM %[1]s WHERE NOT EXISTS (SELECT 1 FROM %[3]s x WHERE x.id = %[1]s.%[2]s)", k.table, k.column, target),
			fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s", k.table, k.name, k.column, k.references),
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
	}
	if err := ensure(tx, &lock1008{}); err != nil {
		return err
	}
	return listedMySQL(tx)
}

func (t mysqlTable) alter(collate string) string {
	text := " CHARACTER SET utf8mb4 COLLATE " + collate
	changes := []string{
		"DEFAULT CHARACTER SET utf8mb4 COLLATE " + collate,
		"MODIFY `" + t.key + "` varchar(256)" + text + " NOT NULL",
	}
	add := func(columns []string, kind string) {
		for _, c := range columns {
			changes = append(changes, "MODIFY `"+c+"` "+kind+" NULL")
		}
	}
	add(t.ids, "varchar(256)"+text)
	add(t.texts, "mediumtext"+text)
	add(t.times, "datetime(6)")
	return "ALTER TABLE " + t.name + " " + strings.Join(changes, ", ")
}

// listedMySQL adds the indexes that lists go by. Neither MariaDB nor older MySQL has indexes of
// expressions, so the expression is a column, which is kept in the index alone.
func listedMySQL(tx *gorm.DB) error {
	for _, l := range []struct{ table, index, columns string }{
		{"uploads", "idx_upload_listed", "listed_at, id"},
		{"uploads", "idx_upload_owned", "`user`, listed_at, id"},
		{"users", "idx_user_listed", "listed_at, id"},
		{"tokens", "idx_token_listed", "user_id, listed_at, token"},
	} {
		if !tx.Migrator().HasColumn(l.table, "listed_at") {
			if err := tx.Exec("ALTER TABLE " + l.table + " ADD listed_at datetime(6) AS (COALESCE(created_at, TIMESTAMP'1000-01-01 00:00:00')) VIRTUAL").Error; err != nil {
				return err
			}
		}
		if !tx.Migrator().HasIndex(l.table, l.index) {
			if err := tx.Exec("CREATE INDEX " + l.index + " ON " + l.table + " (" + l.columns + ")").Error; err != nil {
				return err
			}
		}
	}
	return nil
}

// collation returns one that compares byte by byte, and if there is such a one, in which spaces at
// the end count.
func collation(db *gorm.DB) string {
	for _, name := range []string{"utf8mb4_0900_bin", "utf8mb4_nopad_bin"} { // of MySQL, of MariaDB
		var n int64
		err := db.Raw("SELECT COUNT(*) FROM information_schema.COLLATIONS WHERE COLLATION_NAME = ?", name).Scan(&n).Error
		if err == nil && n > 0 {
			return name
		}
	}
	return "utf8mb4_bin"
}
