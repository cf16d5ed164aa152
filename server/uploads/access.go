package uploads

import (
	"context"
	"crypto/subtle"
	"net/netip"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Credentials are what a request shows for an upload.
type Credentials struct {
	UploadToken string
	Who         core.Identity
	Address     netip.Addr // of the client
	// Unlocked tells that the upload's password was shown before. May be nil.
	Unlocked func(*core.Upload) bool
	// Basic gives login and password from the request; its error says why there are none.
	Basic func() (login, password string, err error)
}

// Admin tells whether the credentials give the rights of the upload's creator.
func (c *Credentials) Admin(u *core.Upload) bool {
	who := &c.Who
	switch {
	case c.UploadToken != "" && equal(c.UploadToken, u.UploadToken):
		return true
	case who.Token == nil:
		return who.Admin || c.owns(u)
	case who.Token.Scope == core.ScopeUpload: // it administrates what was made with it, nothing else
		return u.Token != "" && equal(who.Token.Token, u.Token)
	case who.Token.Scope == core.ScopeFull:
		return c.owns(u)
	}
	return false
}

func (c *Credentials) owns(u *core.Upload) bool {
	return u.User != "" && c.Who.ID() == u.User
}

// sees tells whether the credentials show the upload without its password.
func (c *Credentials) sees(u *core.Upload) bool {
	return c.owns(u) && c.Who.Token != nil && c.Who.Token.Scope == core.ScopeRead
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Authorize lets through who may see u, and tells whether as its administrator. Expired:
// KindNotFound; without the right password: KindUnauthenticated.
func (s *Service) Authorize(ctx context.Context, u *core.Upload, c *Credentials) (admin bool, err error) {
	if u.Expired(s.now()) {
		return false, core.E(core.KindNotFound, "upload_expired", "upload %s has expired", u.ID)
	}
	if c.Admin(u) {
		return true, nil
	}
	if !u.ProtectedByPassword || c.sees(u) || c.Unlocked != nil && c.Unlocked(u) {
		return false, nil
	}
	return false, s.checkPassword(ctx, u, c)
}

// checkPassword lets through who has the upload's password.
func (s *Service) checkPassword(ctx context.Context, u *core.Upload, c *Credentials) error {
	login, password, err := c.Basic()
	if err != nil {
		return core.E(core.KindUnauthenticated, "password_required", "please provide valid credentials to access this upload : %s", err)
	}
	ok, err := s.passwords.VerifyGuarded(ctx, string(u.ID), u.Password, login, password, func() (func(), error) {
		return s.guard.Try(c.Address, string(u.ID), "")
	})
	if err != nil {
		return err
	}
	if !ok || !equal(login, u.Login) {
		return core.E(core.KindUnauthenticated, "password_wrong", "please provide valid credentials to access this upload : invalid credentials")
	}
	return nil
}

// Touch starts the TTL of u anew if it is an upload that does so. Call it when an access
// succeeded. Not every touch is written: the end moves in steps of a minute, or of a
// hundredth of a short TTL, lest every range of a download cost a write.
func (s *Service) Touch(ctx context.Context, u *core.Upload) {
	if !u.ExtendTTL || u.TTL <= 0 {
		return
	}
	at := u.ExpiryAfter(s.now().UTC())
	step := min(time.Minute, time.Duration(u.TTL)*time.Second/100)
	if at.Sub(u.ExpireAt) < step {
		return
	}
	if err := s.store.SetExpiry(ctx, u.ID, at); err != nil {
		s.log.WithError(err).WithField("upload", u.ID).Error("cannot extend the TTL")
		return
	}
	u.ExpireAt = at
}

// Upload returns an upload, with its files or without. Absent: KindNotFound.
func (s *Service) Upload(ctx context.Context, id core.UploadID, files bool) (*core.Upload, error) {
	if files {
		return s.store.UploadWithFiles(ctx, id)
	}
	return s.store.Upload(ctx, id)
}

// UploadAndFile returns an upload and one file of it. Absent: KindNotFound.
func (s *Service) UploadAndFile(ctx context.Context, id core.UploadID, file core.FileID) (*core.Upload, *core.File, error) {
	return s.store.UploadAndFile(ctx, id, file)
}
