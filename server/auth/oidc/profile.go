package oidc

import (
	"slices"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
)

// said is what a provider says of somebody.
type said struct {
	subject     string
	token, info map[string]any // claims of the ID token and of userinfo
}

// claim returns a claim, of the ID token if it is there.
func (s *said) claim(name string) any {
	if v, ok := s.token[name]; ok {
		return v
	}
	return s.info[name]
}

func (s *said) text(name string) string {
	v, _ := s.claim(name).(string)
	return v
}

// email returns the address and whether it is verified; known is false when the provider
// does not say. What is said of one address says nothing of another one.
func (s *said) email() (address string, verified, known bool) {
	for _, claims := range []map[string]any{s.token, s.info} {
		a, _ := claims["email"].(string)
		if a == "" || address != "" && a != address {
			continue
		}
		address = a
		if v, ok := claims["email_verified"]; ok {
			yes := v == true || v == "true" // some providers send text
			verified, known = yes && (verified || !known), true
		}
	}
	return address, verified, known
}

// groups returns the values of a claim that is one text or a list of texts.
func (s *said) groups(name string) []string {
	switch v := s.claim(name).(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, g := range v {
			if text, ok := g.(string); ok {
				out = append(out, text)
			}
		}
		return out
	}
	return nil
}

// profile returns who may log in, as the options say.
func (p *Provider) profile(s *said) (*auth.Profile, error) {
	out := &auth.Profile{Login: s.subject, Name: s.text("name")}
	if out.Name == "" {
		out.Name = s.text("preferred_username")
	}
	var known bool
	out.Email, out.EmailVerified, known = s.email()
	if !known && p.o.AssumeEmailVerified {
		out.EmailVerified = out.Email != ""
	}
	// Somebody without an address may log in, unless the address decides.
	if !out.EmailVerified && out.Email != "" {
		return nil, auth.Unverified()
	}
	if err := p.domains.Check(out.Email); err != nil {
		return nil, err
	}
	groups := s.groups(p.o.GroupsClaim)
	in := func(group string) bool { return slices.Contains(groups, group) }
	if len(p.o.AllowedGroups) > 0 && !slices.ContainsFunc(p.o.AllowedGroups, in) {
		return nil, core.E(core.KindForbidden, "group_forbidden", "your account is in none of the groups that may log in")
	}
	if p.o.AdminGroup != "" {
		admin := in(p.o.AdminGroup)
		out.Admin = &admin
	}
	return out, nil
}
