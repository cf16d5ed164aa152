package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"

	"github.com/root-gg/plik/server/core"
)

const (
	// DeviceLife is how long a code waits to be confirmed.
	DeviceLife = 10 * time.Minute
	// DeviceInterval is how often a program should ask.
	DeviceInterval = 3 * time.Second

	maxDevice = 200 // bytes of what a program says of itself
)

var (
	errPending = core.E(core.KindInvalid, "authorization_pending", "the login was not confirmed yet")
	errDenied  = core.E(core.KindForbidden, "access_denied", "the login was refused")
)

// BeginDeviceLogin gives a program a secret to ask with, and a code for its user to confirm.
func (s *Service) BeginDeviceLogin(ctx context.Context, comment string, ip netip.Addr) (secret string, d *core.DeviceLogin, err error) {
	if len(comment) > maxDevice || !printable(comment) {
		return "", nil, core.E(core.KindInvalid, "comment_invalid", "invalid comment, use up to %d bytes without control characters", maxDevice)
	}
	// Each takes a row for a while: nobody may take many.
	if _, err := s.devices.Try(ip, "device login "+ip.String(), ""); err != nil {
		return "", nil, err
	}
	now := s.now().UTC()
	secret = core.RandomText(32)
	d = &core.DeviceLogin{
		ID: deviceID(secret), UserCode: core.NewUserCode(), Comment: comment, CreatedAt: now, ExpireAt: now.Add(DeviceLife),
	}
	if ip.IsValid() {
		d.RemoteIP = ip.String()
	}
	return secret, d, s.store.CreateDeviceLogin(ctx, d)
}

func deviceID(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// DeviceLogin returns what waits for a user code to be confirmed. Absent, expired or decided:
// KindNotFound. Codes are tried by users only, who are slowed down.
func (s *Service) DeviceLogin(ctx context.Context, who core.UserID, ip netip.Addr, code string) (*core.DeviceLogin, error) {
	succeeded, err := s.devices.Try(ip, "device code "+string(who), "")
	if err != nil {
		return nil, err
	}
	d, err := s.store.DeviceLoginByCode(ctx, userCode(code))
	if err == nil && (d.UserID != "" || !s.now().Before(d.ExpireAt)) {
		err = core.E(core.KindNotFound, "device_not_found", "this code is unknown or has expired")
	}
	if err == nil || core.KindOf(err) != core.KindNotFound {
		succeeded()
	}
	return d, err
}

// userCode forgives how a code was typed.
func userCode(typed string) string {
	letters := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(typed))
	if len(letters) != 8 {
		return ""
	}
	return letters[:4] + "-" + letters[4:]
}

// DecideDeviceLogin lets the program of a code act for a user, or not. Its token is one of the user's,
// with the program's words as its comment.
func (s *Service) DecideDeviceLogin(ctx context.Context, user core.UserID, d *core.DeviceLogin, approve bool, n NewToken) error {
	if !approve {
		return s.store.DecideDeviceLogin(ctx, d.UserCode, user, "", s.now())
	}
	n.Comment = d.Comment
	t, err := s.CreateToken(ctx, user, n)
	if err != nil {
		return err
	}
	if err := s.store.DecideDeviceLogin(ctx, d.UserCode, user, t.Token, s.now()); err != nil {
		if dropErr := s.store.DeleteToken(ctx, user, t.Token); dropErr != nil {
			s.log.WithError(dropErr).Error("cannot take a token back that nobody gets")
		}
		return err
	}
	return nil
}

// DeviceToken returns the token that a user has given to the program with this secret, once. Not
// decided: KindInvalid "authorization_pending"; refused: KindForbidden; expired or absent: KindNotFound.
func (s *Service) DeviceToken(ctx context.Context, secret string) (*core.Token, error) {
	d, err := s.store.DeviceLogin(ctx, deviceID(secret))
	if err != nil {
		return nil, err
	}
	if d.UserID == "" {
		if !s.now().Before(d.ExpireAt) {
			return nil, core.E(core.KindNotFound, "device_not_found", "this code is unknown or has expired")
		}
		return nil, errPending
	}
	if err := s.store.TakeDeviceLogin(ctx, d.ID); err != nil {
		return nil, err
	}
	if d.Token == "" {
		return nil, errDenied
	}
	t, _, err := s.store.TokenUser(ctx, d.Token)
	return t, err
}
