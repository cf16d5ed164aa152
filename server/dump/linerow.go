package dump

import (
	"time"

	"github.com/root-gg/plik/server/core"
)

// The data of the rows of JSONLines. A field that is left out is zero, false or empty.
type (
	userRow struct {
		ID          core.UserID `json:"id"`                 // provider:login
		Provider    string      `json:"provider"`           // local, google, ovh, github, oidc
		Login       string      `json:"login"`              // at the provider
		Password    string      `json:"password,omitempty"` // hash, of local users: PHC argon2id or bcrypt
		Name        string      `json:"name,omitempty"`
		Email       string      `json:"email,omitempty"`
		Admin       bool        `json:"admin,omitempty"`
		MaxFileSize int64       `json:"maxFileSize,omitzero"` // bytes; 0: the server's limit, negative: none
		MaxUserSize int64       `json:"maxUserSize,omitzero"` // bytes; likewise
		MaxTTL      int         `json:"maxTTL,omitzero"`      // seconds; likewise
		Generation  int         `json:"generation,omitzero"`  // how often all sessions were ended
		CreatedAt   time.Time   `json:"createdAt,omitzero"`
	}

	tokenRow struct {
		Token      string          `json:"token"` // secret
		User       core.UserID     `json:"user"`  // who it acts for
		Scope      core.TokenScope `json:"scope"` // upload, read, full
		Comment    string          `json:"comment,omitempty"`
		CreatedAt  time.Time       `json:"createdAt,omitzero"`
		ExpireAt   time.Time       `json:"expireAt,omitzero"`   // left out: never
		LastUsedAt time.Time       `json:"lastUsedAt,omitzero"` // left out: not known
	}

	uploadRow struct {
		ID          core.UploadID `json:"id"`
		UploadToken string        `json:"uploadToken,omitempty"` // secret of who made it
		TTL         int           `json:"ttl,omitzero"`          // seconds; 0 or negative: for ever
		ExtendTTL   bool          `json:"extendTTL,omitempty"`
		Stream      bool          `json:"stream,omitempty"`
		OneShot     bool          `json:"oneShot,omitempty"`
		Removable   bool          `json:"removable,omitempty"`
		Protected   bool          `json:"protectedByPassword,omitempty"`
		Login       string        `json:"login,omitempty"`
		Password    string        `json:"password,omitempty"` // hash: PHC argon2id, or MD5 of Plik 1.3
		Comments    string        `json:"comments,omitempty"`
		RemoteIP    string        `json:"remoteIP,omitempty"` // where it came from
		User        core.UserID   `json:"user,omitempty"`     // owner; left out: anonymous
		Token       string        `json:"token,omitempty"`    // API token it was made with; secret
		CreatedAt   time.Time     `json:"createdAt,omitzero"`
		DeletedAt   time.Time     `json:"deletedAt,omitzero"` // left out: not deleted
		ExpireAt    time.Time     `json:"expireAt,omitzero"`  // left out: never
	}

	fileRow struct {
		ID             core.FileID   `json:"id"`
		Upload         core.UploadID `json:"upload"` // the upload it belongs to
		Name           string        `json:"name"`
		Status         core.Status   `json:"status"`                   // missing, uploading, uploaded, removed, deleted
		Size           int64         `json:"size,omitzero"`            // bytes; declared until uploaded
		MD5            string        `json:"md5,omitempty"`            // lower-case hexadecimal
		CRC32          *uint32       `json:"crc32,omitempty"`          // IEEE, a number; left out: not computed
		Type           string        `json:"type,omitempty"`           // media type
		Reference      string        `json:"reference,omitempty"`      // the client's own mark
		BackendDetails string        `json:"backendDetails,omitempty"` // of the data backend; secret
		CreatedAt      time.Time     `json:"createdAt,omitzero"`
	}

	settingRow struct {
		Key   string `json:"key"`
		Value string `json:"value"` // may be a secret
	}
)

// lineRow returns the data of a row. Which daemon is receiving a file, and what it has
// reserved for it, mean nothing elsewhere and are left out.
func lineRow(row any) (kind, any) {
	switch r := row.(type) {
	case *core.User:
		return userKind, userRow{r.ID, r.Provider, r.Login, r.Password, r.Name, r.Email, r.Admin,
			r.MaxFileSize, r.MaxUserSize, r.MaxTTL, r.Generation, stamp(r.CreatedAt)}
	case *core.Token:
		return tokenKind, tokenRow{r.Token, r.UserID, r.Scope, r.Comment, stamp(r.CreatedAt), stamp(r.ExpireAt), stamp(r.LastUsedAt)}
	case *core.Upload:
		return uploadKind, uploadRow{r.ID, r.UploadToken, r.TTL, r.ExtendTTL, r.Stream, r.OneShot, r.Removable,
			r.ProtectedByPassword, r.Login, r.Password, r.Comments, r.RemoteIP, r.User, r.Token,
			stamp(r.CreatedAt), stamp(r.DeletedAt), stamp(r.ExpireAt)}
	case *core.File:
		f := fileRow{r.ID, r.UploadID, r.Name, r.Status, r.Size, r.MD5, nil, r.Type, r.Reference, r.BackendDetails, stamp(r.CreatedAt)}
		if r.HasCRC32 {
			f.CRC32 = &r.CRC32
		}
		return fileKind, f
	}
	s := row.(Setting)
	return settingKind, settingRow(s)
}

// stamp brings t into what RFC 3339 can write.
func stamp(t time.Time) time.Time {
	switch t = t.UTC(); {
	case t.After(lastTime()):
		return lastTime()
	case t.Before(time.Time{}):
		return time.Time{}
	}
	return t
}

func (r *userRow) row() any {
	return &core.User{ID: r.ID, Provider: r.Provider, Login: r.Login, Password: r.Password, Name: r.Name, Email: r.Email,
		Admin: r.Admin, Limits: core.Limits{MaxFileSize: r.MaxFileSize, MaxUserSize: r.MaxUserSize, MaxTTL: r.MaxTTL},
		Generation: r.Generation, CreatedAt: r.CreatedAt.UTC()}
}

func (r *tokenRow) row() any {
	return &core.Token{Token: r.Token, UserID: r.User, Scope: r.Scope, Comment: r.Comment,
		CreatedAt: r.CreatedAt.UTC(), ExpireAt: r.ExpireAt.UTC(), LastUsedAt: r.LastUsedAt.UTC()}
}

func (r *uploadRow) row() any {
	return &core.Upload{ID: r.ID, UploadToken: r.UploadToken, TTL: r.TTL, ExtendTTL: r.ExtendTTL, Stream: r.Stream,
		OneShot: r.OneShot, Removable: r.Removable, ProtectedByPassword: r.Protected, Login: r.Login, Password: r.Password,
		Comments: r.Comments, RemoteIP: r.RemoteIP, User: r.User, Token: r.Token,
		CreatedAt: r.CreatedAt.UTC(), DeletedAt: r.DeletedAt.UTC(), ExpireAt: r.ExpireAt.UTC()}
}

func (r *fileRow) row() any {
	f := &core.File{ID: r.ID, UploadID: r.Upload, Name: r.Name, Status: r.Status, Size: r.Size, MD5: r.MD5, Type: r.Type,
		Reference: r.Reference, BackendDetails: r.BackendDetails, CreatedAt: r.CreatedAt.UTC()}
	if r.CRC32 != nil {
		f.CRC32, f.HasCRC32 = *r.CRC32, true
	}
	return f
}

func (r *settingRow) row() any { return Setting(*r) }
