package auth

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/root-gg/plik/server/core"
)

const (
	maxLogin = 255 // bytes, as of a subject (OpenID Connect Core, 2)
	maxText  = 256 // bytes of a name or an e-mail address
)

// settle makes a profile from outside fit to be kept: an account's name stands as it is or
// is refused, what is for display is cut to size.
func settle(p *Profile, provider Provider) (*Profile, error) {
	if p == nil || !fitLogin(p.Login) {
		return nil, core.E(core.KindForbidden, "login_unfit", "%s names your account in a way that cannot be used here", provider.Title())
	}
	out := *p
	out.Provider = provider.Name()
	out.Name = display(p.Name)
	out.Email = display(p.Email)
	if out.Email != p.Email { // part of an address is another address
		out.Email, out.EmailVerified = "", false
	}
	return &out, nil
}

// fitLogin tells whether an account's name can be part of a user id.
func fitLogin(s string) bool {
	if s == "" || len(s) > maxLogin || !utf8.ValidString(s) || strings.TrimSpace(s) != s {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// display returns a text that is one line of valid UTF-8 without control characters, not
// even those that turn the direction of text, of maxText bytes at most.
func display(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxText {
		s = s[:maxText]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return strings.TrimSpace(s)
}

// Domains are those that an e-mail address may be of; none: any.
type Domains []string

// NewDomains reads domains as an administrator writes them: the case of letters, space and an
// @ before them do not count.
func NewDomains(list []string) (Domains, error) {
	var out Domains
	for _, s := range list {
		d := lower(strings.TrimPrefix(strings.TrimSpace(s), "@"))
		if d == "" || strings.ContainsAny(d, "@ ") {
			return nil, errors.New("invalid e-mail domain " + s)
		}
		out = append(out, d)
	}
	return out, nil
}

// Check refuses an address of another domain, which is what follows its last @:
// KindForbidden.
func (d Domains) Check(email string) error {
	if len(d) == 0 {
		return nil
	}
	i := strings.LastIndexByte(email, '@')
	for _, domain := range d {
		if i > 0 && lower(email[i+1:]) == domain {
			return nil
		}
	}
	return core.E(core.KindForbidden, "domain_forbidden", "unauthorized domain name")
}

// lower lowers ASCII letters only: Unicode has letters that others become when lowered.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
