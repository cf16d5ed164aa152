package relocate

import (
	"context"
	"fmt"
	"iter"

	"github.com/root-gg/plik/server/core"
)

// Rows are all that a database holds and that is worth keeping.
type Rows struct {
	Users    iter.Seq2[*core.User, error]
	Tokens   iter.Seq2[*core.Token, error]
	Uploads  iter.Seq2[*core.Upload, error]
	Files    iter.Seq2[*core.File, error]
	Settings func(yield func(key, value string, err error) bool)
}

// Sink takes the rows; an error of it ends the copy.
type Sink interface {
	User(*core.User) error
	Token(*core.Token) error
	Upload(*core.Upload) error
	File(*core.File) error
	Setting(key, value string) error
}

// Counts is how many rows were copied.
type Counts struct {
	Users, Tokens, Uploads, Files, Settings int

	Unfinished int // files that were half sent: in the new place they have to be sent anew
}

// CopyRows copies all rows into an empty database, while nothing else uses either. Files get the
// details that the new store gave them, if journal is not nil. The settings in without are left out.
//
// Not copied: transfers that are under way, logins that wait for a code, and which sessions were ended;
// so the key of sessions must be left out.
func CopyRows(ctx context.Context, rows Rows, to Sink, journal *Journal, without ...string) (n Counts, err error) {
	steps := []func() error{
		func() error { return each(ctx, rows.Users, &n.Users, to.User) },
		func() error { return each(ctx, rows.Tokens, &n.Tokens, to.Token) },
		func() error { return each(ctx, rows.Uploads, &n.Uploads, to.Upload) },
		func() error {
			return each(ctx, rows.Files, &n.Files, func(f *core.File) error {
				if f.Status == core.Uploading {
					n.Unfinished++
				}
				return to.File(inNewPlace(f, journal))
			})
		},
		func() error { return copySettings(rows, to, &n.Settings, without) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return n, err
		}
	}
	return n, nil
}

func each[T any](ctx context.Context, rows iter.Seq2[T, error], n *int, put func(T) error) error {
	for row, err := range rows {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = put(row)
		}
		if err != nil {
			return err
		}
		*n++
	}
	return nil
}

// inNewPlace is the row of f in a database of which nothing is under way.
func inNewPlace(f *core.File, journal *Journal) *core.File {
	row := *f
	row.Reserved, row.Instance = 0, ""
	if row.Status == core.Uploading {
		row.Status = core.Missing
	}
	if journal != nil {
		if r, ok := journal.Of(f.ID); ok {
			row.BackendDetails = r.Details
		}
	}
	return &row
}

func copySettings(rows Rows, to Sink, n *int, without []string) (err error) {
	skip := map[string]bool{}
	for _, key := range without {
		skip[key] = true
	}
	rows.Settings(func(key, value string, e error) bool {
		if err = e; err != nil || skip[key] {
			return err == nil
		}
		if err = to.Setting(key, value); err != nil {
			err = fmt.Errorf("setting %s: %w", key, err)
			return false
		}
		*n++
		return true
	})
	return err
}

// Details is where files get the details of the new store when they stay in their database.
type Details interface {
	SetBackendDetails(ctx context.Context, id core.FileID, details string) error
}

// SetDetails gives files the details of the new store. Doing so again is no error.
func SetDetails(ctx context.Context, files iter.Seq2[*core.File, error], to Details, journal *Journal) (changed int, err error) {
	for f, err := range files {
		if err != nil {
			return changed, err
		}
		r, ok := journal.Of(f.ID)
		if !ok || f.Status != core.Uploaded || f.BackendDetails == r.Details {
			continue
		}
		if err := to.SetBackendDetails(ctx, f.ID, r.Details); err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}
