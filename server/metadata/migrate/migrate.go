// Package migrate brings the schema of the metadata database up to date.
//
// The migrations 0001 to 0004 are those of Plik 1.3, under its ids: a database of any of
// its levels opens, and Plik 1.3 can open the database again afterwards, because the later
// migrations only add what it does not look at: nullable columns, indexes, tables.
package migrate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-gormigrate/gormigrate/v2"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// migrations lists all steps, oldest first. Each describes the rows as they were then, in
// types of its own that never change.
//
// Every step makes only what is missing. So all of them one after the other make a new
// database, and also bring up one from before there was a list of migrations.
func migrations() []*gormigrate.Migration {
	return []*gormigrate.Migration{
		{ID: "0001-initial", Migrate: initial},
		{ID: "0002-user-limits", Migrate: userLimits},
		{ID: "0003-extend-ttl", Migrate: extendTTL},
		{ID: "0004-max-user-size", Migrate: maxUserSize},
		{ID: "1001-file-columns", Migrate: fileColumns},
		{ID: "1002-file-indexes", Migrate: fileIndexes},
		{ID: "1003-instances", Migrate: instances},
		{ID: "1004-accounts", Migrate: accounts},
		{ID: "1005-listings", Migrate: listings},
		{ID: "1006-resumables", Migrate: resumables},
		{ID: "1007-devices", Migrate: devices},
		{ID: "1008-texts", Migrate: texts},
		{ID: "1009-advertise", Migrate: advertise},
	}
}

// Run applies the migrations that were not applied yet. tx is a transaction that excludes
// other writers, so all are applied or none, and by one process.
func Run(tx *gorm.DB) error {
	steps := migrations()
	m := gormigrate.New(tx, &gormigrate.Options{TableName: "migrations", IDColumnName: "id"}, steps)
	m.InitSchema(func(tx *gorm.DB) error {
		for _, step := range steps {
			if err := step.Migrate(tx); err != nil {
				return fmt.Errorf("migration %s: %w", step.ID, err)
			}
		}
		return nil
	})
	if err := m.Migrate(); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// ensure makes the tables, columns and indexes of rows that are missing. A table that
// others refer to comes before them.
func ensure(tx *gorm.DB, rows ...any) error {
	for _, row := range rows {
		stmt := &gorm.Statement{DB: tx}
		if err := stmt.Parse(row); err != nil {
			return err
		}
		if !tx.Migrator().HasTable(row) {
			if err := tx.Migrator().CreateTable(row); err != nil {
				return err
			}
			continue
		}
		if err := ensureColumns(tx, row, stmt.Schema); err != nil {
			return err
		}
		for _, index := range stmt.Schema.ParseIndexes() {
			if tx.Migrator().HasIndex(row, index.Name) {
				continue
			}
			if err := createIndex(tx, row, index); err != nil {
				return err
			}
		}
	}
	return nil
}

// createIndex makes one index. Texts of times are SQLite's: PostgreSQL has times, and MySQL no
// indexes of expressions, see listedMySQL; nor has it those of some rows, but GORM knows that.
func createIndex(tx *gorm.DB, row any, index *schema.Index) error {
	expression := slices.ContainsFunc(index.Fields, func(f schema.IndexOption) bool { return f.Expression != "" })
	if !expression || tx.Name() != postgresName && tx.Name() != mysqlName {
		return tx.Migrator().CreateIndex(row, index.Name)
	}
	if tx.Name() == mysqlName {
		return nil
	}
	stmt := &gorm.Statement{DB: tx}
	if err := stmt.Parse(row); err != nil {
		return err
	}
	var fields []string
	for _, f := range index.Fields {
		if f.Expression != "" {
			fields = append(fields, strings.ReplaceAll(f.Expression, "''", "'0001-01-01 00:00:00Z'"))
		} else {
			fields = append(fields, `"`+f.DBName+`"`)
		}
	}
	text := `CREATE INDEX ` + index.Name + ` ON ` + stmt.Table + ` (` + strings.Join(fields, ", ") + `)`
	if index.Where != "" {
		text += ` WHERE ` + index.Where
	}
	return tx.Exec(text).Error
}

func ensureColumns(tx *gorm.DB, row any, s *schema.Schema) error {
	// GORM's own question, HasColumn, is answered by a search in the text of the table's
	// definition, which also finds other words.
	found, err := tx.Table(s.Table).Limit(0).Rows()
	if err != nil {
		return err
	}
	have, err := found.Columns()
	if err = errors.Join(err, found.Close()); err != nil {
		return err
	}
	for _, column := range s.DBNames {
		if slices.Contains(have, column) {
			continue
		}
		if err := tx.Migrator().AddColumn(row, column); err != nil {
			return err
		}
	}
	return nil
}
