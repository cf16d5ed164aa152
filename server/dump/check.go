package dump

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/root-gg/plik/server/core"
)

// The longest texts, in bytes. Together with its escapes any row fits into a line.
const (
	maxID     = 64
	maxUserID = 512
	maxToken  = 256
	maxShort  = 1024
	maxLong   = 1 << 20
)

// lastTime is the last one that databases and RFC 3339 can write.
func lastTime() time.Time { return time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC) }

// check tells why a row is not fit for a database: nil if it is. What may well be in old
// data is accepted, such as file names that are refused nowadays. Errors are KindInvalid and
// never repeat a value.
func check(row any) error {
	var c checker
	switch r := row.(type) {
	case *core.User:
		c.user(r)
	case *core.Token:
		c.token(r)
	case *core.Upload:
		c.upload(r)
	case *core.File:
		c.file(r)
	case Setting:
		c.that(r.Key != "", "it has no key")
		c.text("key", r.Key, maxShort)
		c.text("value", r.Value, maxLong)
	}
	if c.problem == "" {
		return nil
	}
	return core.E(core.KindInvalid, "dump_row_invalid", "%s", c.problem)
}

// checker keeps the first problem it meets.
type checker struct{ problem string }

func (c *checker) that(ok bool, problem string, args ...any) {
	if !ok && c.problem == "" {
		c.problem = fmt.Sprintf(problem, args...)
	}
}

func (c *checker) text(field, s string, limit int) {
	c.that(len(s) <= limit, "its %s is longer than %d bytes", field, limit)
	c.that(utf8.ValidString(s), "its %s is not valid UTF-8", field)
	c.that(!strings.Contains(s, "\x00"), "its %s contains a zero byte", field)
}

func (c *checker) time(field string, t time.Time) {
	// Package time takes any nanoseconds from gob, and then makes nonsense of them. The comparison
	// is of all bits, not of the instant.
	sane := t.UTC() == time.Unix(t.Unix(), int64(t.Nanosecond())).UTC()
	c.that(sane && !t.Before(time.Time{}) && !t.After(lastTime()), "its %s is not a time of the years 1 to 9999", field)
}

func (c *checker) user(u *core.User) {
	provider, _, _ := u.ID.Split()
	c.that(validUserID(u.ID), "its id is not provider:login")
	c.that(u.Provider == provider, "its provider is not that of its id")
	c.text("login", u.Login, maxUserID)
	c.that(printable(u.Login), "its login has characters that cannot be printed")
	c.text("password", u.Password, maxShort)
	c.text("name", u.Name, maxShort)
	c.text("email", u.Email, maxShort)
	c.that(u.Generation >= 0, "its generation is negative")
	c.time("createdAt", u.CreatedAt)
}

func (c *checker) token(t *core.Token) {
	c.that(validToken(t.Token), "it is empty, too long, or has characters that cannot be in a token")
	c.that(validUserID(t.UserID), "its user is not provider:login")
	c.that(t.Scope == core.ScopeUpload || t.Scope == core.ScopeRead || t.Scope == core.ScopeFull, "its scope is unknown")
	c.text("comment", t.Comment, maxLong)
	c.time("createdAt", t.CreatedAt)
	c.time("expireAt", t.ExpireAt)
	c.time("lastUsedAt", t.LastUsedAt)
}

func (c *checker) upload(u *core.Upload) {
	c.that(validID(string(u.ID)), "its id is invalid")
	c.that(u.User == "" || validUserID(u.User), "its user is not provider:login")
	c.that(u.Token == "" || validToken(u.Token), "its token is invalid")
	c.text("uploadToken", u.UploadToken, maxShort)
	c.text("login", u.Login, maxShort)
	c.text("password", u.Password, maxShort)
	c.text("comments", u.Comments, maxLong)
	c.text("remoteIP", u.RemoteIP, maxShort)
	c.time("createdAt", u.CreatedAt)
	c.time("deletedAt", u.DeletedAt)
	c.time("expireAt", u.ExpireAt)
}

func (c *checker) file(f *core.File) {
	c.that(validID(string(f.ID)), "its id is invalid")
	c.that(validID(string(f.UploadID)), "its upload's id is invalid")
	c.text("name", f.Name, core.MaxNameLength)
	c.that(validStatus(f.Status), "its status is unknown")
	c.that(f.Size >= 0, "its size is negative")
	c.that(f.MD5 == "" || validMD5(f.MD5), "its md5 is not 32 lower-case hexadecimal digits")
	c.text("type", f.Type, maxShort)
	c.text("reference", f.Reference, maxLong)
	c.text("backendDetails", f.BackendDetails, maxLong)
	c.time("createdAt", f.CreatedAt)
}

func validStatus(s core.Status) bool {
	switch s {
	case core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted:
		return true
	}
	return false
}

// validID keeps separators and dots away from the names of objects in a data backend.
func validID(id string) bool {
	return id != "" && len(id) <= maxID && !strings.ContainsFunc(id, func(r rune) bool { return !idRune(r) })
}

func idRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
}

func validUserID(id core.UserID) bool {
	_, _, ok := id.Split()
	return ok && len(id) <= maxUserID && printable(string(id))
}

// validToken does not ask for a UUID: Plik 1.3 made others too, and compares texts.
func validToken(s string) bool {
	return s != "" && len(s) <= maxToken && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func validMD5(s string) bool {
	return len(s) == 32 && !strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') })
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
