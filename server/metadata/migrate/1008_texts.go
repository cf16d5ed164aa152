package migrate

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// Plik 1.3 left to the database how ids compare, and in MySQL how long texts get: 256
// characters. 1008 has ids compare byte by byte, which makes their order the same everywhere, and
// makes room. SQLite does both by itself.
func texts(tx *gorm.DB) error {
	switch tx.Name() {
	case postgresName:
		return textsPostgres(tx)
	case mysqlName:
		return textsMySQL(tx)
	}
	return nil
}

// ordered are the columns of each table that lists go by, or other tables refer to.
var ordered = []struct {
	table   string
	columns []string
}{
	{"uploads", []string{"id", "user", "token"}},
	{"files", []string{"id", "upload_id", "status"}},
	{"users", []string{"id"}},
	{"tokens", []string{"token", "user_id"}},
	{"settings", []string{"key"}},
	{"plik_instances", []string{"id"}},
	{"plik_leases", []string{"name"}},
	{"ended_sessions", []string{"id"}},
	{"resumables", []string{"id", "upload_id", "file_id", "owner"}},
	{"device_logins", []string{"id", "user_code", "user_id"}},
}

func textsPostgres(tx *gorm.DB) error {
	for _, t := range ordered {
		var changes []string
		for _, c := range t.columns {
			changes = append(changes, fmt.Sprintf(`ALTER COLUMN "%s" TYPE text COLLATE "C"`, c))
		}
		if err := tx.Exec(`ALTER TABLE ` + t.table + ` ` + strings.Join(changes, ", ")).Error; err != nil {
			return err
		}
	}
	return nil
}
