package metadata

import (
	"context"
	"database/sql"
	"iter"

	"github.com/root-gg/plik/server/core"
)

// eachPage is how many rows an iterator reads at a time.
const eachPage = 500

// Setting is something all servers on a database agree on. Its value may be secret.
type Setting struct{ Key, Value string }

// The iterators go through all rows by id. No transaction is open between pages, so a row that
// changes meanwhile is seen as it was or as it is; one that is there all the time is seen once.
// After an error nothing follows.

const (
	sqlEachUser   = `SELECT ` + userColumns + ` FROM users u WHERE u.id > ? ORDER BY u.id LIMIT ?`
	sqlEachToken  = `SELECT ` + tokenColumns + ` FROM tokens t WHERE t.token > ? ORDER BY t.token LIMIT ?`
	sqlEachUpload = `SELECT ` + uploadColumns + `, COALESCE(u.deleted_at, '') FROM uploads u
		WHERE u.id > ? ORDER BY u.id LIMIT ?`
	sqlAnyUpload = `SELECT ` + uploadColumns + `, COALESCE(u.deleted_at, '') FROM uploads u WHERE u.id = ?`
	sqlUploadIDs = `SELECT DISTINCT f.upload_id FROM files f WHERE f.upload_id > ? ORDER BY f.upload_id LIMIT ?`
	// The word is one of SQL.
	sqlEachSetting = `SELECT "key", COALESCE(value, '') FROM settings WHERE "key" > ? ORDER BY "key" LIMIT ?`
)

// EachUser goes through all users by id.
func (s *Store) EachUser(ctx context.Context) iter.Seq2[*core.User, error] {
	return each(ctx, s, "read users", func(ctx context.Context, after string) (page[*core.User], error) {
		rows, err := s.st.eachUser.QueryContext(ctx, after, eachPage)
		return pageOf(rows, err, func(row scanner) (*core.User, string, error) {
			u, err := scanUser(row)
			if err != nil {
				return nil, "", err
			}
			return u, string(u.ID), nil
		})
	})
}

// EachToken goes through all tokens, by token.
func (s *Store) EachToken(ctx context.Context) iter.Seq2[*core.Token, error] {
	return each(ctx, s, "read tokens", func(ctx context.Context, after string) (page[*core.Token], error) {
		rows, err := s.st.eachToken.QueryContext(ctx, after, eachPage)
		return pageOf(rows, err, func(row scanner) (*core.Token, string, error) {
			var r tokenScan
			if err := row.Scan(r.dest(nil)...); err != nil {
				return nil, "", err
			}
			t, err := r.token()
			return t, r.t.Token, err
		})
	})
}

// EachUpload goes through all uploads by id, the deleted ones too, without their files.
func (s *Store) EachUpload(ctx context.Context) iter.Seq2[*core.Upload, error] {
	return each(ctx, s, "read uploads", func(ctx context.Context, after string) (page[*core.Upload], error) {
		rows, err := s.st.eachUpload.QueryContext(ctx, after, eachPage)
		return pageOf(rows, err, func(row scanner) (*core.Upload, string, error) {
			u, err := scanAnyUpload(row)
			if err != nil {
				return nil, "", err
			}
			return u, string(u.ID), nil
		})
	})
}

// EachFile goes through the files of all uploads, by the upload's id and in the order they were
// added to it.
func (s *Store) EachFile(ctx context.Context) iter.Seq2[*core.File, error] {
	return each(ctx, s, "read files", func(ctx context.Context, after string) (page[*core.File], error) {
		ids, err := scanIDs[core.UploadID](s.st.uploadIDs.QueryContext(ctx, after, eachPage))
		if err != nil || len(ids) == 0 {
			return page[*core.File]{}, err
		}
		byUpload, err := s.filesOf(ctx, ids)
		files := page[*core.File]{last: string(ids[len(ids)-1])}
		for _, id := range ids {
			files.items = append(files.items, byUpload[id]...)
		}
		return files, err
	})
}

// EachSetting goes through all settings, by key.
func (s *Store) EachSetting(ctx context.Context) iter.Seq2[Setting, error] {
	return each(ctx, s, "read settings", func(ctx context.Context, after string) (page[Setting], error) {
		rows, err := s.rows(ctx, sqlEachSetting, after, eachPage)
		return pageOf(rows, err, func(row scanner) (v Setting, _ string, err error) {
			err = row.Scan(&v.Key, &v.Value)
			return v, v.Key, err
		})
	})
}

// page is some rows and the id of the last one, empty when there were none.
type page[T any] struct {
	items []T
	last  string
}

// pageOf reads all rows, each with its id, and closes them.
func pageOf[T any](rows *sql.Rows, err error, scan func(scanner) (T, string, error)) (p page[T], _ error) {
	p.items, err = scanAll(rows, err, func(row scanner) (v T, err error) {
		v, p.last, err = scan(row)
		return v, err
	})
	return p, err
}

// each goes through the pages that next returns, each of what follows an id, until one is empty.
func each[T any](ctx context.Context, s *Store, op string, next func(ctx context.Context, after string) (page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var p page[T]
		for {
			err := s.read(ctx, op, func(ctx context.Context) error {
				got, err := next(ctx, p.last)
				if err == nil {
					p = got
				}
				return err
			})
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range p.items {
				if !yield(v, nil) {
					return
				}
			}
			if p.last == "" {
				return
			}
		}
	}
}
