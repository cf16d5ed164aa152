package dump

import (
	"encoding/gob"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// The rows of Plik 1.3. Gob goes by the names of fields and by those given to RegisterName;
// fields that are missing on either side are passed over.
type (
	gobRecord struct {
		Type   int
		Object any
	}

	gobUser struct {
		ID, Provider, Login, Password, Name, Email string
		IsAdmin                                    bool
		MaxFileSize, MaxUserSize                   int64
		MaxTTL                                     int
		CreatedAt                                  time.Time
	}

	gobToken struct {
		Token, Comment, UserID string
		CreatedAt              time.Time
	}

	gobUpload struct {
		ID                                                         string
		TTL                                                        int
		RemoteIP, Comments, UploadToken, User, Token               string
		ExtendTTL, Stream, OneShot, Removable, ProtectedByPassword bool
		Login, Password                                            string
		CreatedAt                                                  time.Time
		DeletedAt                                                  gobDeletedAt
		ExpireAt                                                   *time.Time
	}

	// gobDeletedAt is a time that may be NULL.
	gobDeletedAt struct {
		Time  time.Time
		Valid bool
	}

	gobFile struct {
		ID, UploadID, Name, Status, Md5, Type string
		Size                                  int64
		Reference, BackendDetails             string
		CreatedAt                             time.Time
	}

	gobSetting struct{ Key, Value string }
)

// gobType is the value of gobRecord.Type of a kind.
func gobType(k kind) int { return [...]int{2, 3, 0, 1, 4}[k] }

// registerGob makes the names known that stand for the types in a dump. The registry is one
// for the whole process.
var registerGob = sync.OnceFunc(func() {
	gob.RegisterName("*common.User", &gobUser{})
	gob.RegisterName("*common.Token", &gobToken{})
	gob.RegisterName("*common.Upload", &gobUpload{})
	gob.RegisterName("*common.File", &gobFile{})
	gob.RegisterName("*common.Setting", &gobSetting{})
})

// gobRow returns what Plik 1.3 makes of a row.
func gobRow(row any) gobRecord {
	switch r := row.(type) {
	case *core.User:
		return gobRecord{gobType(userKind), &gobUser{ID: string(r.ID), Provider: r.Provider, Login: r.Login, Password: r.Password,
			Name: r.Name, Email: r.Email, IsAdmin: r.Admin, MaxFileSize: r.MaxFileSize, MaxUserSize: r.MaxUserSize,
			MaxTTL: r.MaxTTL, CreatedAt: stamp(r.CreatedAt)}}
	case *core.Token:
		return gobRecord{gobType(tokenKind), &gobToken{r.Token, r.Comment, string(r.UserID), stamp(r.CreatedAt)}}
	case *core.Upload:
		u := &gobUpload{ID: string(r.ID), TTL: r.TTL, RemoteIP: r.RemoteIP, Comments: r.Comments, UploadToken: r.UploadToken,
			User: string(r.User), Token: r.Token, ExtendTTL: r.ExtendTTL, Stream: r.Stream, OneShot: r.OneShot,
			Removable: r.Removable, ProtectedByPassword: r.ProtectedByPassword, Login: r.Login, Password: r.Password,
			CreatedAt: stamp(r.CreatedAt), DeletedAt: gobDeletedAt{stamp(r.DeletedAt), !r.DeletedAt.IsZero()}}
		if !r.ExpireAt.IsZero() {
			u.ExpireAt = new(stamp(r.ExpireAt))
		}
		return gobRecord{gobType(uploadKind), u}
	case *core.File:
		return gobRecord{gobType(fileKind), &gobFile{string(r.ID), string(r.UploadID), r.Name, string(r.Status), r.MD5, r.Type,
			r.Size, r.Reference, r.BackendDetails, stamp(r.CreatedAt)}}
	}
	s := row.(Setting)
	return gobRecord{gobType(settingKind), &gobSetting{s.Key, s.Value}}
}

// row returns the row that a record is, and its kind. ok is false if it is none of those known.
func (g gobRecord) row() (k kind, row any, ok bool) {
	switch r := g.Object.(type) {
	case *gobUser:
		k, row = userKind, &core.User{ID: core.UserID(r.ID), Provider: r.Provider, Login: r.Login, Password: r.Password,
			Name: r.Name, Email: r.Email, Admin: r.IsAdmin, CreatedAt: r.CreatedAt.UTC(),
			Limits: core.Limits{MaxFileSize: r.MaxFileSize, MaxUserSize: r.MaxUserSize, MaxTTL: r.MaxTTL}}
	case *gobToken:
		k, row = tokenKind, &core.Token{Token: r.Token, Comment: r.Comment, UserID: core.UserID(r.UserID),
			Scope: core.ScopeUpload, CreatedAt: r.CreatedAt.UTC()}
	case *gobUpload:
		k, row = uploadKind, r.row()
	case *gobFile:
		f := &core.File{ID: core.FileID(r.ID), UploadID: core.UploadID(r.UploadID), Name: r.Name, Status: core.Status(r.Status),
			MD5: r.Md5, Type: r.Type, Size: r.Size, Reference: r.Reference, BackendDetails: r.BackendDetails,
			CreatedAt: r.CreatedAt.UTC()}
		if f.Status == "" {
			f.Status = core.Missing
		}
		k, row = fileKind, f
	case *gobSetting:
		k, row = settingKind, Setting(*r)
	default:
		return 0, nil, false
	}
	return k, row, gobType(k) == g.Type
}

func (r *gobUpload) row() *core.Upload {
	u := &core.Upload{ID: core.UploadID(r.ID), TTL: r.TTL, RemoteIP: r.RemoteIP, Comments: r.Comments, UploadToken: r.UploadToken,
		User: core.UserID(r.User), Token: r.Token, ExtendTTL: r.ExtendTTL, Stream: r.Stream, OneShot: r.OneShot,
		Removable: r.Removable, ProtectedByPassword: r.ProtectedByPassword, Login: r.Login, Password: r.Password,
		CreatedAt: r.CreatedAt.UTC()}
	if r.DeletedAt.Valid {
		u.DeletedAt = r.DeletedAt.Time.UTC()
		if u.DeletedAt.IsZero() { // that is not deleted, here
			u.DeletedAt = time.Unix(0, 0).UTC()
		}
	}
	if r.ExpireAt != nil {
		u.ExpireAt = r.ExpireAt.UTC()
	}
	return u
}
