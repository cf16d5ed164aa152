package accounts

import (
	"context"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Store keeps users, their tokens and which of their sessions are over. It is safe for
// concurrent use. Every method that changes something does it in one transaction, and it has
// survived a power cut once the method returns. Comparison of ids, logins and tokens is of
// bytes, whatever the database's collation.
type Store interface {
	// CreateUser inserts u. An id that is taken is KindConflict.
	CreateUser(ctx context.Context, u *core.User) error
	// User returns a user. Absent: KindNotFound.
	User(ctx context.Context, id core.UserID) (*core.User, error)
	// UpdateUser lets edit change the user and saves the result, with nobody else changing it in
	// between. An error of edit is returned and nothing is changed. When the last administrator
	// would be one no longer it is KindConflict. ID, Provider, Login and CreatedAt are not for edit to
	// change. Absent: KindNotFound.
	UpdateUser(ctx context.Context, id core.UserID, edit func(*core.User) error) (*core.User, error)
	// DeleteUser removes the user, the tokens, and marks all the uploads deleted at now. It returns
	// the files that were Uploading: their transfers are to be stopped. The last administrator:
	// KindConflict. Absent: KindNotFound.
	DeleteUser(ctx context.Context, id core.UserID, now time.Time) (uploading []core.FileID, err error)
	// Users lists users by time of creation and id. A bad cursor is KindInvalid.
	Users(ctx context.Context, f core.UserFilter, p core.Page) (core.List[*core.User], error)
	// HasAdmin tells whether any user administrates the server.
	HasAdmin(ctx context.Context) (bool, error)
	// HasBcrypt tells whether any password is still hashed with bcrypt.
	HasBcrypt(ctx context.Context) (bool, error)

	// SessionUser returns a user, and whether the session known by the id has been ended.
	// Absent user: KindNotFound.
	SessionUser(ctx context.Context, id core.UserID, session string) (u *core.User, ended bool, err error)
	// EndSession notes that a session is over; the note may be forgotten after until.
	EndSession(ctx context.Context, session string, until time.Time) error

	// CreateToken inserts t. An absent user is KindNotFound.
	CreateToken(ctx context.Context, t *core.Token) error
	// TokenUser returns a token and its user. Absent: KindNotFound.
	TokenUser(ctx context.Context, token string) (*core.Token, *core.User, error)
	// Tokens lists the tokens of a user by time of creation and token; of all users for the empty
	// id. A bad cursor is KindInvalid.
	Tokens(ctx context.Context, user core.UserID, p core.Page) (core.List[*core.Token], error)
	// DeleteToken removes a token of this user. Absent or of another one: KindNotFound.
	DeleteToken(ctx context.Context, user core.UserID, token string) error
	// TouchToken notes when a token was used. An absent token is no error.
	TouchToken(ctx context.Context, token string, at time.Time) error

	// Uploads lists uploads that are not deleted, with their files, by time of creation or size, and id.
	// A filter with neither Anyone nor User, and a bad cursor, are KindInvalid.
	Uploads(ctx context.Context, f core.UploadFilter, p core.Page) (core.List[*core.Upload], error)
	// RemoveUploads marks the uploads of a user deleted at now, all or those made with a token, and
	// tells how many; uploading as in DeleteUser. The empty user has none.
	RemoveUploads(ctx context.Context, user core.UserID, token string, now time.Time) (n int, uploading []core.FileID, err error)
	// UserStats counts what a user has, all or what was made with a token. The empty user has nothing.
	UserStats(ctx context.Context, user core.UserID, token string) (core.UserStats, error)
	// Stats counts what the server holds.
	Stats(ctx context.Context) (core.Stats, error)

	// CreateDeviceLogin inserts d. A code that is in use is KindConflict.
	CreateDeviceLogin(ctx context.Context, d *core.DeviceLogin) error
	// DeviceLogin returns one by its id, DeviceLoginByCode by its user code. Absent: KindNotFound.
	DeviceLogin(ctx context.Context, id string) (*core.DeviceLogin, error)
	DeviceLoginByCode(ctx context.Context, code string) (*core.DeviceLogin, error)
	// DecideDeviceLogin notes what a user said of a code: token is what the program gets, empty for
	// nothing. Decided already, expired or absent at now: KindNotFound.
	DecideDeviceLogin(ctx context.Context, code string, user core.UserID, token string, now time.Time) error
	// TakeDeviceLogin removes one that was decided; of several callers exactly one succeeds, the others
	// get KindNotFound.
	TakeDeviceLogin(ctx context.Context, id string) error

	// Days counts, by day, what was uploaded since a time and is still there, days without anything left
	// out. TopUsers and TopTypes return those with the most bytes. All look at each file concerned.
	Days(ctx context.Context, since time.Time) ([]core.Figures, error)
	TopUsers(ctx context.Context, limit int) ([]core.Figures, error)
	TopTypes(ctx context.Context, limit int) ([]core.Figures, error)
}
