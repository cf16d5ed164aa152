package oidc_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/auth/oidc"
	"github.com/root-gg/plik/server/core"
)

// TestWhoMayLogIn has claims of the ID token and of userinfo; those of value nil are absent.
func TestWhoMayLogIn(t *testing.T) {
	t.Parallel()
	type claims = map[string]any
	type options = oidc.Options
	yes, no := true, false
	const unverified, domain = "the e-mail address is not verified", "unauthorized domain name"
	const group = "your account is in none of the groups that may log in"
	example := options{Domains: []string{"example.com"}}
	assume := options{AssumeEmailVerified: true}
	staff := options{AllowedGroups: []string{"staff", "ops"}}
	admins := options{AdminGroup: "admins"}
	alice := func(more ...any) claims {
		c := claims{"email": "alice@example.com", "email_verified": true}
		for i := 0; i < len(more); i += 2 {
			c[more[i].(string)] = more[i+1]
		}
		return c
	}
	for what, c := range map[string]struct {
		o           options
		token, info claims
		err         string
		email       string
		admin       *bool
	}{
		"in the token":          {options{}, alice(), claims{}, "", "alice@example.com", nil},
		"in userinfo":           {options{}, claims{}, alice(), "", "alice@example.com", nil},
		"as text":               {options{}, alice("email_verified", "true"), claims{}, "", "alice@example.com", nil},
		"unverified":            {options{}, alice("email_verified", false), claims{}, unverified, "", nil},
		"unverified in text":    {options{}, alice("email_verified", "false"), claims{}, unverified, "", nil},
		"verified, oddly":       {options{}, alice("email_verified", 1), claims{}, unverified, "", nil},
		"not said":              {options{}, alice("email_verified", nil), claims{}, unverified, "", nil},
		"not said, assumed":     {assume, alice("email_verified", nil), claims{}, "", "alice@example.com", nil},
		"unverified, assumed":   {assume, alice("email_verified", false), claims{}, unverified, "", nil},
		"null, assumed":         {assume, alice("email_verified", json.RawMessage("null")), claims{}, unverified, "", nil},
		"said of the same":      {options{}, claims{"email": "alice@example.com"}, alice(), "", "alice@example.com", nil},
		"said of another":       {options{}, claims{"email": "victim@example.com"}, alice(), unverified, "", nil},
		"said without address":  {options{}, claims{"email_verified": true}, claims{"email": "victim@example.com"}, unverified, "", nil},
		"contradicted":          {options{}, alice(), alice("email_verified", false), unverified, "", nil},
		"contradicted, assumed": {assume, alice("email_verified", false), alice(), unverified, "", nil},
		"two addresses":         {options{}, alice(), claims{"email": "bob@example.com", "email_verified": true}, "", "alice@example.com", nil},
		"no address":            {options{}, claims{}, claims{}, "", "", nil},
		"no address, assumed":   {assume, claims{}, claims{}, "", "", nil},
		"address is no text":    {options{}, claims{"email": []string{"a@example.com"}, "email_verified": true}, claims{}, "", "", nil},

		"domain":                     {example, alice(), claims{}, "", "alice@example.com", nil},
		"another domain":             {example, alice("email", "a@example.com@evil.test"), claims{}, domain, "", nil},
		"domain without address":     {example, claims{}, claims{}, domain, "", nil},
		"domain, unverified":         {example, alice("email_verified", false), claims{}, unverified, "", nil},
		"domain of another source":   {example, alice("email", "a@evil.test"), alice(), domain, "", nil},
		"group":                      {staff, alice("groups", []string{"x", "ops"}), claims{}, "", "alice@example.com", nil},
		"group as text":              {staff, alice("groups", "staff"), claims{}, "", "alice@example.com", nil},
		"group in userinfo":          {staff, alice(), claims{"groups": []string{"staff"}}, "", "alice@example.com", nil},
		"group only in userinfo":     {staff, alice("groups", []string{"x"}), claims{"groups": []string{"staff"}}, group, "", nil},
		"another group":              {staff, alice("groups", []string{"Staff", "staff2", "staff,ops"}), claims{}, group, "", nil},
		"no group":                   {staff, alice(), claims{}, group, "", nil},
		"groups are odd":             {staff, alice("groups", []any{1, nil, []string{"staff"}}), claims{}, group, "", nil},
		"groups are an object":       {staff, alice("groups", claims{"staff": true}), claims{}, group, "", nil},
		"another claim":              {options{GroupsClaim: "https://acme/roles", AllowedGroups: []string{"r"}}, alice("https://acme/roles", []string{"r"}), claims{}, "", "alice@example.com", nil},
		"administrator":              {admins, alice("groups", []string{"admins"}), claims{}, "", "alice@example.com", &yes},
		"no administrator":           {admins, alice("groups", []string{"admin"}), claims{}, "", "alice@example.com", &no},
		"no administrator, no claim": {admins, alice(), claims{}, "", "alice@example.com", &no},
		"not said who is":            {options{}, alice("groups", []string{"admins"}, "admin", true), claims{}, "", "alice@example.com", nil},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := authtest.OIDC(t)
			s.SetUser(authtest.User{Login: "alice"})
			s.Tamper(func(m jwt.MapClaims) {
				for k, v := range c.token {
					if v != nil {
						m[k] = v
					} else {
						delete(m, k)
					}
				}
			})
			s.Replace("/userinfo", func(w http.ResponseWriter, _ *http.Request) {
				c.info["sub"] = "alice"
				_ = json.NewEncoder(w).Encode(c.info)
			})
			p, err := newSite(t, s, func(o *oidc.Options) {
				o.Domains, o.AssumeEmailVerified = c.o.Domains, c.o.AssumeEmailVerified
				o.GroupsClaim, o.AllowedGroups, o.AdminGroup = c.o.GroupsClaim, c.o.AllowedGroups, c.o.AdminGroup
			}).Login(t, authtest.Browser(t))
			if c.err != "" {
				require.Nil(t, p)
				require.EqualError(t, err, c.err)
				require.Equal(t, core.KindForbidden, core.KindOf(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.email, p.Email)
			require.Equal(t, c.email != "", p.EmailVerified)
			require.Equal(t, c.admin, p.Admin)
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	s := authtest.OIDC(t)
	site := newSite(t, s, nil)
	u := authtest.Alice()
	u.Name = ""
	s.SetUser(u)
	s.Tamper(func(c jwt.MapClaims) { c["preferred_username"] = "ali\u202ece\n" })
	p, err := site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
	require.Equal(t, "alice", p.Name)
}
