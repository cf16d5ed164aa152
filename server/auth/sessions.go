package auth

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/root-gg/plik/server/core"
)

// SessionOptions are the options of Sessions.
type SessionOptions struct {
	Key      []byte           // signs the sessions, 32 bytes at least; secret
	Lifetime time.Duration    // of a session, 365 days by default
	Path     string           // under which the server is reached, such as "/plik"; empty: the root
	Now      func() time.Time // time.Now by default
}

// Sessions issues and verifies sessions. It is safe for concurrent use.
type Sessions struct {
	key      []byte
	device   []byte // key of the device cookies
	lifetime time.Duration
	path     string // of the cookies
	now      func() time.Time
	parser   *jwt.Parser
}

// NewSessions returns Sessions with these options.
func NewSessions(o SessionOptions) (*Sessions, error) {
	device, err := derive(o.Key, "plik device")
	if err != nil {
		return nil, err
	}
	if o.Lifetime < 0 {
		return nil, errors.New("the lifetime of sessions is negative")
	}
	s := &Sessions{key: slices.Clone(o.Key), device: device, lifetime: o.Lifetime, path: o.Path, now: o.Now}
	if s.lifetime == 0 {
		s.lifetime = 365 * 24 * time.Hour
	}
	if s.path == "" {
		s.path = "/"
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.parser = jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS512.Alg()}), jwt.WithTimeFunc(s.now))
	return s, nil
}

// New begins a session of a user, whose sessions are of this generation now. It returns the
// session and the value of its cookie.
func (s *Sessions) New(uid core.UserID, generation int) (Session, string, error) {
	if uid == "" || generation < 0 {
		return Session{}, "", fmt.Errorf("a session of user %q, generation %d", uid, generation)
	}
	created := time.Unix(s.now().Unix(), 0)
	session := Session{User: uid, XSRF: newUUID(), Generation: generation, CreatedAt: created, ExpireAt: created.Add(s.lifetime)}
	value, err := jwt.NewWithClaims(jwt.SigningMethodHS512, claims{
		UID:       string(uid),
		XSRF:      session.XSRF,
		CreatedAt: strconv.FormatInt(created.Unix(), 10),
		Gen:       strconv.Itoa(generation),
	}).SignedString(s.key)
	if err != nil {
		return Session{}, "", fmt.Errorf("signing a session: %w", err)
	}
	if len(value) > maxSession {
		return Session{}, "", fmt.Errorf("a session of %d bytes", len(value))
	}
	return session, value, nil
}

// newUUID returns a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
