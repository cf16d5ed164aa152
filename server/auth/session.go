package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/root-gg/plik/server/core"
)

const (
	maxSession = 4 << 10         // bytes of a cookie's value
	skew       = 5 * time.Minute // that the clocks of two servers may differ
)

// Session is a login that lasts.
type Session struct {
	User       core.UserID
	XSRF       string // what requests that change something must show; known to the page's scripts
	Generation int    // of the user's sessions when it began
	CreatedAt  time.Time
	ExpireAt   time.Time
}

// ID returns a name of the session that does not tell its secret.
func (s Session) ID() string {
	sum := sha256.Sum256([]byte(s.XSRF))
	return hex.EncodeToString(sum[:])
}

// claims are what a session's cookie holds. All are text, as Plik 1.3 made them; its
// sessions have no generation.
type claims struct {
	UID       string `json:"uid"`
	XSRF      string `json:"xsrf"`
	CreatedAt string `json:"created_at"`
	Gen       string `json:"gen,omitempty"`
	jwt.RegisteredClaims
}

// Parse verifies the value of a session's cookie: made by this server or by a Plik 1.3 with
// the same key, and not too old. Anything else is KindForbidden. Whether the user exists and
// the session has been ended is for the caller to find out.
func (s *Sessions) Parse(value string) (Session, error) {
	if len(value) > maxSession {
		return Session{}, invalidSession("it is too long")
	}
	var c claims
	_, err := s.parser.ParseWithClaims(value, &c, func(*jwt.Token) (any, error) { return s.key, nil })
	switch {
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return Session{}, invalidSession("its signature is wrong")
	case err != nil: // the library's words may quote what a stranger sent
		return Session{}, invalidSession("it is no session token, or is not valid now")
	case c.UID == "":
		return Session{}, invalidSession("it has no uid")
	case c.XSRF == "":
		return Session{}, invalidSession("it has no xsrf")
	}
	seconds, err := strconv.ParseInt(c.CreatedAt, 10, 64)
	if err != nil {
		return Session{}, invalidSession("it has no time of creation")
	}
	generation := 0
	if c.Gen != "" {
		if generation, err = strconv.Atoi(c.Gen); err != nil || generation < 0 {
			return Session{}, invalidSession("its generation is no number")
		}
	}
	created := time.Unix(seconds, 0)
	switch age := s.now().Sub(created); {
	case age < -skew:
		return Session{}, invalidSession("it is from the future")
	case age > s.lifetime:
		return Session{}, invalidSession("it has expired")
	}
	return Session{
		User: core.UserID(c.UID), XSRF: c.XSRF, Generation: generation,
		CreatedAt: created, ExpireAt: created.Add(s.lifetime),
	}, nil
}

func invalidSession(why string) error {
	return core.E(core.KindForbidden, "session_invalid", "invalid session").Because(errors.New(why))
}
