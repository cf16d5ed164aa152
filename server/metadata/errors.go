package metadata

import (
	"errors"
	"fmt"

	"github.com/root-gg/plik/server/core"
)

// Result codes of SQLite, see https://sqlite.org/rescode.html.
const (
	codeBusy       = 5
	codeLocked     = 6
	codeFull       = 13
	codeForeignKey = 787
	codePrimaryKey = 1555
	codeUnique     = 2067
	primaryCode    = 0xff // an extended code holds the primary one in its low byte
)

// sqlCode returns SQLite's extended result code, 0 if err is not from SQLite. GORM does
// not translate the errors of this driver.
func sqlCode(err error) int {
	if e, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok {
		return e.Code()
	}
	return 0
}

// sqliteClass returns the class of an error of SQLite.
func sqliteClass(code int) class {
	switch code {
	case codePrimaryKey, codeUnique:
		return classDuplicate
	case codeForeignKey:
		return classForeignKey
	}
	switch code & primaryCode {
	case codeBusy, codeLocked:
		return classConflict
	case codeFull:
		return classFull
	}
	return classOther
}

func isBusy(err error) bool { return err != nil && sqliteClass(sqlCode(err)) == classConflict }

func isDuplicate(err error) bool { return classOf(err) == classDuplicate }

func isForeignKey(err error) bool { return classOf(err) == classForeignKey }

// failed says that op failed with err, unless err is nil or speaks for itself.
func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*core.Error](err); ok {
		return err
	}
	wrapped := fmt.Errorf("%s: %w", op, err)
	switch classOf(err) {
	case classFull:
		return core.E(core.KindNoSpace, "database_full", "no space left for the database").Because(wrapped)
	case classConflict:
		return core.E(core.KindUnavailable, "database_busy", "the database is busy, try again later").Because(wrapped)
	case classConnection:
		return core.E(core.KindUnavailable, "database_unavailable", "the database cannot be reached, try again later").Because(wrapped)
	case classText:
		return core.E(core.KindInvalid, "text_invalid", "a text holds characters that cannot be kept").Because(wrapped)
	case classLong:
		return core.E(core.KindInvalid, "text_too_long", "a text is too long to be kept").Because(wrapped)
	}
	return wrapped
}

func uploadNotFound(id core.UploadID) error {
	return core.E(core.KindNotFound, "upload_not_found", "upload %s not found", id)
}

func fileNotFound(id core.FileID) error {
	return core.E(core.KindNotFound, "file_not_found", "file %s not found", id)
}

func userNotFound() *core.Error {
	return core.E(core.KindNotFound, "user_not_found", "user not found")
}

func userExists(id core.UserID) *core.Error {
	return core.E(core.KindConflict, "user_exists", "user %s exists already", id)
}

func tokenNotFound() *core.Error {
	return core.E(core.KindNotFound, "token_not_found", "token not found")
}

// tokenExists does not say which: it is a secret.
func tokenExists(user core.UserID) *core.Error {
	return core.E(core.KindConflict, "token_exists", "a token of user %s exists already", user)
}
