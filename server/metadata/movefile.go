package metadata

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/root-gg/plik/server/core"
)

// moveKey tells the statements of MoveFile apart.
type moveKey struct {
	from    core.Status // Missing, Uploading, or empty for the others
	changed uint8       // bit i: moveColumns[i]
}

// moveColumns are those that MoveFile's edit may change beside the instance.
var moveColumns = [...]struct {
	name string
	arg  func(f *core.File) any
}{
	{"name", func(f *core.File) any { return f.Name }},
	{"size", func(f *core.File) any { return f.Size }},
	{"md5", func(f *core.File) any { return f.MD5 }},
	{"crc32", crcArg},
	{"type", func(f *core.File) any { return f.Type }},
	{"reference", func(f *core.File) any { return f.Reference }},
	{"backend_details", func(f *core.File) any { return f.BackendDetails }},
	{"reserved", reservedArg},
}

// MoveFile brings f from the state it holds to another one and saves what edit changes
// with it, in one statement. f is what the caller believes: when the row's status, or the
// instance of an Uploading one, differs it is KindConflict, and neither row nor f change.
// So is a move that core.CanMove does not know. A file that is gone is KindNotFound.
// On success f is what the row holds. edit may be nil; it must not set Status, ids or
// CreatedAt. Reserved is saved on the way to Uploading only. Instance is kept on the way to Uploading, set on the way to Removed when edit
// sets it, and cleared on every other way.
func (s *Store) MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error {
	const op = "change state of file"
	from := f.Status
	if from == "" {
		from = core.Missing
	}
	next := *f
	if edit != nil {
		edit(&next)
	}
	if next.Status != f.Status || next.ID != f.ID || next.UploadID != f.UploadID || !next.CreatedAt.Equal(f.CreatedAt) {
		return failed(op, errors.New("status, ids and time of creation are not for edit to change"))
	}
	if !core.CanMove(from, to) {
		return core.E(core.KindConflict, "file_status", "a file cannot go from %s to %s", from, to)
	}
	if to != core.Uploading && (to != core.Removed || next.Instance == f.Instance) {
		next.Instance = ""
	}
	key, args := moveArgs(f, &next, from, to)
	var moved *core.File
	write := s.write
	if s.remote != nil && s.remote.dialect.name == driverMySQL {
		write = s.writeTx
	}
	err := write(ctx, op, func(ctx context.Context) (err error) {
		moved, err = s.move(ctx, f.ID, key, args)
		if errors.Is(err, sql.ErrNoRows) {
			return s.moveConflict(ctx, f.ID, from)
		}
		return err
	})
	if err != nil {
		return err
	}
	// The beginning of an upload and the end of a removal may be lost in a power cut: what
	// they belong to has not been acknowledged, or is done again.
	if to != core.Uploading && from != core.Removed {
		if err := s.durable(op); err != nil {
			return err
		}
	}
	*f = *moved
	return nil
}

// moveArgs returns which statement makes the move, and with which arguments.
func moveArgs(f, next *core.File, from, to core.Status) (moveKey, []any) {
	key := moveKey{}
	args := append(make([]any, 0, 12), to, textOrNull(next.Instance))
	for i, c := range moveColumns {
		v := c.arg(next)
		changed := v != c.arg(f)
		if c.name == "reserved" {
			changed = to == core.Uploading // what an earlier attempt left there counts again
		}
		if changed {
			key.changed |= 1 << i
			args = append(args, v)
		}
	}
	args = append(args, f.ID)
	switch from {
	case core.Missing:
		key.from = from
	case core.Uploading:
		key.from = from
		args = append(args, f.Instance)
	default:
		args = append(args, from)
	}
	return key, args
}

// move runs the statement of key and returns the row it changed, sql.ErrNoRows if it is none.
func (s *Store) move(ctx context.Context, id core.FileID, key moveKey, args []any) (*core.File, error) {
	if s.remote == nil || s.remote.dialect.name == driverPostgres {
		stmt, err := s.moveStmt(ctx, key)
		if err != nil {
			return nil, err
		}
		return scanFile(stmt.QueryRowContext(ctx, args...))
	}
	// MySQL returns nothing of what it changes. It keeps the row locked.
	text, _, _ := strings.Cut(moveSQL(key), ` RETURNING `)
	n, err := affected(s.exec(ctx, text, args...))
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return nil, err
	}
	return scanFile(s.st.file.QueryRowContext(ctx, id))
}

// moveStmt returns the statement for key. Few of the possible ones are ever needed, so
// they are prepared when they are. The caller holds the gate.
func (s *Store) moveStmt(ctx context.Context, key moveKey) (*stmt, error) {
	if s.remote != nil {
		return &stmt{remote: s.remote, query: s.remote.translated(moveSQL(key))}, nil
	}
	if stmt := s.moves[key]; stmt != nil {
		return stmt, nil
	}
	lite, err := s.writer.PrepareContext(ctx, moveSQL(key))
	if err != nil {
		return nil, err
	}
	s.moves[key] = &stmt{lite: lite}
	return s.moves[key], nil
}

func moveSQL(key moveKey) string {
	var b strings.Builder
	b.WriteString(`UPDATE files SET status = ?, instance = ?`)
	for i, c := range moveColumns {
		if key.changed&(1<<i) != 0 {
			fmt.Fprintf(&b, ", %s = ?", c.name)
		}
	}
	b.WriteString(` WHERE id = ? AND `)
	switch key.from {
	case core.Missing: // Plik 1.3 wrote an empty status, too
		b.WriteString(`COALESCE(status, '') IN ('', 'missing')`)
	case core.Uploading:
		b.WriteString(`status = 'uploading' AND COALESCE(instance, '') = ?`)
	default:
		b.WriteString(`status = ?`)
	}
	b.WriteString(` RETURNING ` + strings.ReplaceAll(fileColumns, "f.", "")) // no alias may be used there
	return b.String()
}

// moveConflict tells why no row was moved.
func (s *Store) moveConflict(ctx context.Context, id core.FileID, expected core.Status) error {
	var actual core.Status
	var instance string
	err := s.st.fileState.QueryRowContext(ctx, id).Scan(&actual, &instance)
	if errors.Is(err, sql.ErrNoRows) {
		return fileNotFound(id)
	}
	if err != nil {
		return err
	}
	if actual == "" {
		actual = core.Missing
	}
	if actual == expected {
		return core.E(core.KindConflict, "file_instance", "file %s is being received by another server", id)
	}
	return core.E(core.KindConflict, "file_status", "invalid file status %s, expected %s", actual, expected)
}
