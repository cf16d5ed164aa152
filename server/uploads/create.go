package uploads

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	humanize "github.com/dustin/go-humanize"

	"github.com/root-gg/plik/server/core"
)

// Request is what a client asks of a new upload.
type Request struct {
	TTL                                   int // seconds; 0: the default, negative: never expires
	ExtendTTL, Stream, OneShot, Removable bool
	Comments                              string
	Login, Password                       string // Password protects; an empty Login is "plik"
	Files                                 []NewFile
}

// NewFile announces a file.
type NewFile struct {
	Name, Type, Reference string
	Size                  int64 // bytes, 0 when unknown
}

// Caller is who asks.
type Caller struct {
	IP  netip.Addr
	Who core.Identity
}

// DefaultLogin goes with an upload password that was given alone.
const DefaultLogin = "plik"

// longestTTL keeps dates representable: 100 years of seconds.
const longestTTL = 100 * 365 * 24 * 3600

// Create makes an upload with the files announced, all Missing. What the policy refuses
// is KindInvalid and begins with "unable to create upload : ".
func (s *Service) Create(ctx context.Context, c Caller, r Request) (*core.Upload, error) {
	u, err := s.build(ctx, c, r)
	if err != nil {
		return nil, explain("unable to create upload", err)
	}
	if err := s.store.CreateUpload(ctx, u); err != nil {
		return nil, fmt.Errorf("create upload: %w", err)
	}
	return u, nil
}

// explain puts what was being done before the text of a client's error.
func explain(doing string, err error) error {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Kind != core.KindInternal {
		c := *e
		c.Text = doing + " : " + e.Text
		return &c
	}
	return fmt.Errorf("%s: %w", doing, err)
}

var errAnonymous = core.E(core.KindInvalid, "anonymous_refused", "anonymous uploads are disabled")

// build checks r against the policy and returns the upload it makes, not yet stored.
func (s *Service) build(ctx context.Context, c Caller, r Request) (*core.Upload, error) {
	if s.policy.AnonymousRefused && c.Who.User == nil {
		return nil, errAnonymous
	}
	now := s.now().UTC()
	u := &core.Upload{
		ID: core.NewUploadID(), UploadToken: core.NewUploadToken(),
		User: c.Who.ID(), CreatedAt: now,
	}
	if c.Who.Token != nil && c.Who.By == nil { // an administrator's token is not the other user's
		u.Token = c.Who.Token.Token
	}
	limits := s.policy.limits(c.Who.User)
	if c.IP.IsValid() {
		u.RemoteIP = c.IP.String()
	}
	if err := s.options(u, r, limits.MaxTTL); err != nil {
		return nil, err
	}
	u.ExpireAt = u.ExpiryAfter(now)
	if err := s.files(u, r.Files, limits.MaxFileSize); err != nil {
		return nil, err
	}
	if err := s.announced(ctx, u, limits.MaxUserSize); err != nil {
		return nil, err
	}
	// Last, for it is the only costly step.
	return u, s.protect(ctx, u, r)
}

// options settles what the client asked for with what the administrator allows.
func (s *Service) options(u *core.Upload, r Request, maxTTL int) (err error) {
	p := &s.policy
	for _, o := range []struct {
		feature Feature
		asked   bool
		to      *bool
		refusal string
	}{
		{p.OneShot, r.OneShot, &u.OneShot, "one shot uploads are disabled"},
		{p.Removable, r.Removable, &u.Removable, "removable uploads are disabled"},
		{p.Stream, r.Stream, &u.Stream, "streaming uploads are disabled"},
		{p.ExtendTTL, r.ExtendTTL, &u.ExtendTTL, "extend TTL is disabled"},
	} {
		if o.asked && !o.feature.Allowed {
			return core.E(core.KindInvalid, "feature_disabled", "%s", o.refusal)
		}
		*o.to = o.asked || o.feature.Forced
	}
	if u.TTL, err = p.ttl(r.TTL, maxTTL); err != nil {
		return err
	}
	if u.TTL > longestTTL {
		return core.E(core.KindInvalid, "ttl_too_long", "invalid TTL. (maximum allowed is : %d)", longestTTL)
	}
	if len(r.Comments) > maxComments {
		return core.E(core.KindInvalid, "comments_too_long", "comments are too long, maximum length is %d bytes", maxComments)
	}
	if p.Comments.Allowed {
		u.Comments = r.Comments
	}
	return nil
}

func (s *Service) protect(ctx context.Context, u *core.Upload, r Request) (err error) {
	switch {
	case r.Password == "" && s.policy.Password.Forced:
		return core.E(core.KindInvalid, "password_required", "server only accept uploads protected by password")
	case r.Password == "":
		return nil
	case !s.policy.Password.Allowed:
		return core.E(core.KindInvalid, "feature_disabled", "upload password protection is disabled")
	case len(r.Login) > maxLogin || len(r.Password) > maxPassword:
		return core.E(core.KindInvalid, "password_too_long", "login or password is too long, maximum lengths are %d and %d bytes", maxLogin, maxPassword)
	}
	u.ProtectedByPassword = true
	u.Login = r.Login
	if u.Login == "" {
		u.Login = DefaultLogin
	}
	u.Password, err = s.passwords.Hash(ctx, u.Login, r.Password)
	return err
}

func (s *Service) files(u *core.Upload, files []NewFile, maxSize int64) error {
	if p := s.policy.MaxFiles; p > 0 && len(files) > p {
		return core.E(core.KindInvalid, "too_many_files", "too many files. maximum is %d", p)
	}
	for _, n := range files {
		f, err := s.newFile(u, n, maxSize)
		if err != nil {
			return err
		}
		u.Files = append(u.Files, f)
	}
	return nil
}

// newFile returns the Missing file that n announces.
func (s *Service) newFile(u *core.Upload, n NewFile, limit int64) (*core.File, error) {
	if err := core.CheckName(n.Name); err != nil {
		return nil, err
	}
	switch {
	case n.Size < 0:
		return nil, core.E(core.KindInvalid, "file_size_invalid", "invalid file size %d", n.Size)
	case limit > 0 && n.Size > limit:
		return nil, core.E(core.KindInvalid, "file_too_large", "file is too big (%s), maximum file size is %s",
			humanize.Bytes(uint64(n.Size)), humanize.Bytes(uint64(limit)))
	case len(n.Reference) > maxReference:
		return nil, core.E(core.KindInvalid, "reference_too_long", "file reference is too long, maximum length is %d bytes", maxReference)
	case len(n.Type) > maxType:
		return nil, core.E(core.KindInvalid, "file_type_too_long", "file type is too long, maximum length is %d bytes", maxType)
	}
	return &core.File{
		ID: core.NewFileID(), UploadID: u.ID, Name: n.Name, Type: n.Type, Size: n.Size,
		Reference: n.Reference, Status: core.Missing, CreatedAt: s.now().UTC(),
	}, nil
}
