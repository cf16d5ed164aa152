package metadata

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/root-gg/plik/server/core"
)

// Importer inserts rows as they are, within Import. An id that is taken is KindConflict; a row
// that cannot be one, or belongs to something that is not there, KindInvalid. After such an
// error nothing of the row is there and the next one may follow: SQLite and MySQL undo a
// statement that fails, and only that, PostgreSQL is made to. Errors name ids, and of a token its
// user; they hold no secrets.
type Importer struct {
	s    *Store
	ctx  context.Context // of who imports
	in   context.Context // of the transaction
	over bool
}

// Import calls fn with an Importer and keeps what it inserted if fn returns nil, all or nothing;
// then it has survived a power cut. On SQLite all other writers wait meanwhile. fn must not use the
// store.
func (s *Store) Import(ctx context.Context, fn func(*Importer) error) error {
	const op = "import"
	run := func(in context.Context) error {
		i := &Importer{s: s, ctx: ctx, in: in}
		defer func() { i.over = true }()
		return fn(i)
	}
	if s.remote != nil {
		if err := ctx.Err(); err != nil {
			return failed(op, err)
		}
		return failed(op, s.remote.transaction(context.WithoutCancel(ctx), run))
	}
	begun := false
	err := s.exclusive(ctx, op, func(quick context.Context) error {
		if begun { // what fn reads from has been read
			return errors.New("the database was locked at the end")
		}
		return s.transaction(quick, func() error {
			begun = true
			return run(quick)
		})
	})
	if err != nil {
		return err
	}
	return s.durable(op)
}

// An imported file comes after those that are there. If it is older than one of them, order
// is by time, as among files without a position, see inOrder.
const sqlImportFile = `INSERT INTO files (` + fileFields + `)
	SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
		CASE WHEN EXISTS (SELECT 1 FROM files WHERE upload_id = ?2 AND created_at > ?12)
		THEN NULL ELSE ` + sqlNextPosition + ` END`

const sqlImportSetting = `INSERT INTO settings ("key", value) VALUES (?, ?)`

// User inserts a user.
func (i *Importer) User(u *core.User) error {
	if !validID(u.ID) {
		return invalidRow("user %q has no valid id", u.ID)
	}
	err := i.insert(i.s.st.insertUser, userArgs(u)...)
	if isDuplicate(err) {
		return userExists(u.ID)
	}
	return failed("import user", err)
}

// Token inserts a token. Its user has to be there.
func (i *Importer) Token(t *core.Token) error {
	if !validID(t.Token) {
		return invalidRow("a token of user %s is not valid", t.UserID)
	}
	err := i.insert(i.s.st.insertToken, tokenArgs(t)...)
	switch {
	case isForeignKey(err):
		return invalidRow("user %s of a token does not exist", t.UserID)
	case isDuplicate(err):
		return tokenExists(t.UserID)
	}
	return failed("import token", err)
}

// Upload inserts an upload without its files. Its user need not be there.
func (i *Importer) Upload(u *core.Upload) error {
	if !validID(u.ID) {
		return invalidRow("upload %q has no valid id", u.ID)
	}
	err := i.insert(i.s.st.insertUpload, uploadArgs(u)...)
	if isDuplicate(err) {
		return core.E(core.KindConflict, "upload_exists", "upload %s exists already", u.ID)
	}
	return failed("import upload", err)
}

// File inserts a file. Its upload has to be there. An empty status is Missing.
func (i *Importer) File(f *core.File) error {
	row := *f
	settle(&row, f.UploadID, f.CreatedAt)
	states := []core.Status{core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted}
	switch {
	case !validID(row.ID):
		return invalidRow("file %q has no valid id", row.ID)
	case !slices.Contains(states, row.Status):
		return invalidRow("file %s has the unknown status %q", row.ID, row.Status)
	case row.Size < 0 || row.Reserved < 0:
		return invalidRow("file %s has a negative size", row.ID)
	}
	err := i.insert(i.s.st.importFile, fileArgs(&row)...)
	switch {
	case isForeignKey(err):
		return invalidRow("upload %s of file %s does not exist", row.UploadID, row.ID)
	case isDuplicate(err):
		return core.E(core.KindConflict, "file_exists", "file %s exists already", row.ID)
	}
	return failed("import file", err)
}

// Setting inserts a setting.
func (i *Importer) Setting(key, value string) error {
	if !validID(key) {
		return invalidRow("setting %q has no valid key", key)
	}
	err := i.insert(i.s.st.importSetting, key, value)
	if isDuplicate(err) {
		return core.E(core.KindConflict, "setting_exists", "setting %s exists already", key)
	}
	return failed("import setting", err)
}

func (i *Importer) insert(q *stmt, args ...any) error {
	if i.over {
		return errors.New("the import is over")
	}
	if err := i.ctx.Err(); err != nil {
		return err
	}
	do := func() error {
		_, err := q.ExecContext(i.in, args...)
		return err
	}
	if i.s.remote != nil {
		return i.s.remote.savepoint(i.in, do)
	}
	return do()
}

// validID tells whether a list can be gone through by ids like this one.
func validID[ID ~string](id ID) bool { return id != "" && utf8.ValidString(string(id)) }

func invalidRow(text string, args ...any) error {
	return core.E(core.KindInvalid, "row_invalid", "%s", fmt.Sprintf(text, args...))
}
