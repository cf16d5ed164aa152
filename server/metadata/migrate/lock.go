package migrate

import (
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// lockSeconds is how long MySQL waits for another process that migrates.
const lockSeconds = 24 * 3600

// Names of databases, as GORM's dialects have them.
const (
	postgresName = "postgres"
	mysqlName    = "mysql"
)

// RunLocked is Run on a database server, where it waits for other processes that do the same. db
// is a transaction of PostgreSQL, or one connection to MySQL. erase drops our tables first.
func RunLocked(db *gorm.DB, erase bool) (err error) {
	if db.Name() == postgresName {
		// Until the end of the transaction. The number means nothing.
		if err := db.Exec(`SELECT pg_advisory_xact_lock(7305798)`).Error; err != nil {
			return fmt.Errorf("wait for other migrations: %w", err)
		}
	} else {
		unlock, err := lockMySQL(db)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unlock()) }()
		db = db.Set("gorm:table_options", "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE="+collation(db)).Session(&gorm.Session{})
	}
	if erase {
		if err := dropAll(db); err != nil {
			return err
		}
	}
	return Run(db)
}

// lockMySQL takes a lock that has the name of the database: names are those of the whole server.
func lockMySQL(db *gorm.DB) (unlock func() error, err error) {
	var got *int
	if err := db.Raw(`SELECT GET_LOCK(CONCAT('plik-', MD5(DATABASE())), ?)`, lockSeconds).Scan(&got).Error; err != nil {
		return nil, fmt.Errorf("wait for other migrations: %w", err)
	}
	if got == nil || *got != 1 {
		return nil, errors.New("wait for other migrations: they do not come to an end")
	}
	return func() error {
		return db.Exec(`DO RELEASE_LOCK(CONCAT('plik-', MD5(DATABASE())))`).Error
	}, nil
}

// tables lists all that the migrations make; one that others refer to comes before them.
var tables = []string{
	"uploads", "files", "users", "tokens", "settings", "migrations", "plik_instances", "plik_leases",
	"ended_sessions", "resumables", "device_logins", "plik_locks",
}

func dropAll(db *gorm.DB) error {
	for _, table := range slices.Backward(tables) {
		if err := db.Exec("DROP TABLE IF EXISTS " + table).Error; err != nil {
			return fmt.Errorf("erase: %w", err)
		}
	}
	return nil
}
