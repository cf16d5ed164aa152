package metadata

import (
	"context"
	"slices"
	"strings"

	"github.com/root-gg/plik/server/core"
)

// Uploads lists uploads that are not deleted, with their files, by time of creation or size, and
// id. Those that have expired are listed until the cleaner comes. A filter with neither Anyone
// nor User, and a bad cursor, are KindInvalid.
//
// Times are in the order of their texts in the database. That is the order of the times,
// except among rows that a server of Plik 1.3 wrote in another zone than UTC. Lists by size, and
// searches, look at all uploads that the filter leaves.
func (s *Store) Uploads(ctx context.Context, f core.UploadFilter, p core.Page) (core.List[*core.Upload], error) {
	none := core.List[*core.Upload]{Total: -1}
	where, err := uploadConditions(f)
	if err != nil {
		return none, err
	}
	list := none
	if f.BySize {
		list, err = s.uploadsBySize(ctx, where, p)
	} else {
		list, err = uploadListing(f, where).page(ctx, s, p)
	}
	if err == nil {
		err = s.attachFiles(ctx, list.Items)
	}
	if err != nil {
		return none, err
	}
	return list, nil
}

// uploadConditions returns what the filter asks of an upload u.
func uploadConditions(f core.UploadFilter) (c conditions, err error) {
	c.add("u.deleted_at IS NULL")
	switch {
	case f.User != "":
		c.add(`u."user" = ? AND u."user" > ''`, f.User) // the second is the one of the index
	case !f.Anyone:
		return c, core.E(core.KindInvalid, "user_missing", "whose uploads to list is missing")
	}
	if f.Token != "" {
		c.add("u.token = ?", f.Token)
	}
	if f.Query == "" {
		return c, nil
	}
	comments, commentArgs, err := contains([]string{"u.comments"}, f.Query)
	if err != nil {
		return c, err
	}
	name, nameArgs, err := contains([]string{"q.name"}, f.Query)
	if err != nil {
		return c, err
	}
	c.add("("+comments+` OR EXISTS (SELECT 1 FROM files q WHERE q.upload_id = u.id
		AND COALESCE(q.status, '') NOT IN ('removed', 'deleted') AND `+name+"))", slices.Concat(commentArgs, nameArgs)...)
	return c, nil
}

func uploadListing(f core.UploadFilter, where conditions) listing[*core.Upload] {
	// SQLite knows nothing of how many rows have which values, and would rather sort.
	from := "uploads u"
	switch {
	case f.Token != "": // has few uploads, and an index of its own
	case f.User != "":
		from += " INDEXED BY idx_upload_owned"
	default:
		from += " INDEXED BY idx_upload_listed"
	}
	return listing[*core.Upload]{
		op: "list uploads", columns: uploadColumns, from: from, where: where,
		table: "u", id: "u.id",
		scan: func(row scanner) (*core.Upload, position, error) {
			var r uploadScan
			if err := row.Scan(r.dest()...); err != nil {
				return nil, position{}, err
			}
			u, err := r.upload()
			return u, position{text: r.created, id: string(r.u.ID)}, err
		},
	}
}

// sizeListing lists the ids of uploads by size.
func sizeListing(where conditions) listing[core.UploadID] {
	where.add("f.status = 'uploaded'")
	sizes := `(SELECT u.id AS id, SUM(` + realSize + `) AS size
		FROM uploads u CROSS JOIN files f ON f.upload_id = u.id` + where.where() + ` GROUP BY u.id) s`
	return listing[core.UploadID]{
		op: "list uploads by size", columns: "s.size, s.id", from: sizes, where: conditions{args: where.args},
		key: "s.size", id: "s.id", bySize: true,
		scan: func(row scanner) (core.UploadID, position, error) {
			p := position{bySize: true}
			err := row.Scan(&p.size, &p.id)
			return core.UploadID(p.id), p, err
		},
	}
}

func (s *Store) uploadsBySize(ctx context.Context, where conditions, p core.Page) (core.List[*core.Upload], error) {
	list := core.List[*core.Upload]{}
	ids, err := sizeListing(where).page(ctx, s, p)
	if err != nil {
		return list, err
	}
	byID := map[core.UploadID]*core.Upload{}
	for some := range slices.Chunk(ids.Items, inLimit) {
		err := s.read(ctx, "get uploads", func(ctx context.Context) error {
			rows, err := s.rows(ctx, sqlUploadsIn+in(some), anys(some)...)
			_, err = scanAll(rows, err, func(row scanner) (*core.Upload, error) {
				var r uploadScan
				if err := row.Scan(r.dest()...); err != nil {
					return nil, err
				}
				byID[r.u.ID] = &r.u
				return r.upload()
			})
			return err
		})
		if err != nil {
			return list, err
		}
	}
	list.After, list.Before, list.Total = ids.After, ids.Before, ids.Total
	for _, id := range ids.Items {
		if u := byID[id]; u != nil { // else it was deleted just now
			list.Items = append(list.Items, u)
		}
	}
	return list, nil
}

// attachFiles gives the uploads their files, in the order they were added.
func (s *Store) attachFiles(ctx context.Context, uploads []*core.Upload) error {
	for some := range slices.Chunk(uploads, inLimit) {
		ids := make([]core.UploadID, len(some))
		for i, u := range some {
			ids[i] = u.ID
		}
		var files map[core.UploadID][]*core.File
		err := s.read(ctx, "get files of uploads", func(ctx context.Context) (err error) {
			files, err = s.filesOf(ctx, ids)
			return err
		})
		if err != nil {
			return err
		}
		for _, u := range some {
			u.Files = files[u.ID]
		}
	}
	return nil
}

// filesOf returns the files of up to inLimit uploads, in the order they were added.
func (s *Store) filesOf(ctx context.Context, ids []core.UploadID) (map[core.UploadID][]*core.File, error) {
	rows, err := s.rows(ctx, sqlFilesIn+in(ids), anys(ids)...)
	all, err := scanAll(rows, err, scanFileRow)
	if err != nil {
		return nil, err
	}
	byUpload := map[core.UploadID][]*fileScan{}
	for _, f := range all {
		byUpload[f.f.UploadID] = append(byUpload[f.f.UploadID], f)
	}
	files := make(map[core.UploadID][]*core.File, len(byUpload))
	for id, some := range byUpload {
		files[id] = inOrder(some)
	}
	return files, nil
}

// inLimit is how many ids one statement asks for at most.
const inLimit = 500

// Both end in IN, for as many ids as there are. The plus keeps the index of deleted_at out of it.
const (
	sqlUploadsIn = `SELECT ` + uploadColumns + ` FROM uploads u WHERE +u.deleted_at IS NULL AND u.id IN `
	sqlFilesIn   = `SELECT ` + fileColumns + ` FROM files f WHERE f.upload_id IN `
)

// in returns as many placeholders as there are ids, in brackets.
func in[T any](ids []T) string {
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", len(ids)), ", ") + ")"
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
