package uploads_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	off := uploads.Feature{}
	for name, c := range map[string]struct {
		policy func(*uploads.Policy)
		req    uploads.Request
		text   string
	}{
		"one shot":     {func(p *uploads.Policy) { p.OneShot = off }, uploads.Request{OneShot: true}, "one shot uploads are disabled"},
		"removable":    {func(p *uploads.Policy) { p.Removable = off }, uploads.Request{Removable: true}, "removable uploads are disabled"},
		"stream":       {func(p *uploads.Policy) { p.Stream = off }, uploads.Request{Stream: true}, "streaming uploads are disabled"},
		"extend TTL":   {func(p *uploads.Policy) { p.ExtendTTL = off }, uploads.Request{ExtendTTL: true}, "extend TTL is disabled"},
		"password":     {func(p *uploads.Policy) { p.Password = off }, uploads.Request{Password: "x"}, "upload password protection is disabled"},
		"no password":  {func(p *uploads.Policy) { p.Password.Forced = true }, uploads.Request{Login: "x"}, "server only accept uploads protected by password"},
		"anonymous":    {func(p *uploads.Policy) { p.AnonymousRefused = true }, uploads.Request{}, "anonymous uploads are disabled"},
		"infinite TTL": {nil, uploads.Request{TTL: -1}, "cannot set infinite TTL (maximum allowed is : 7200)"},
		"long TTL":     {nil, uploads.Request{TTL: 7201}, "invalid TTL. (maximum allowed is : 7200)"},
		"TTL overflow": {func(p *uploads.Policy) { p.MaxTTL = 0 }, uploads.Request{TTL: math.MaxInt}, "invalid TTL. (maximum allowed is : 3153600000)"},
		"many files":   {nil, uploads.Request{Files: make([]uploads.NewFile, 6)}, "too many files. maximum is 5"},
		"no name":      {nil, uploads.Request{Files: make([]uploads.NewFile, 1)}, "missing file name"},
		"long name": {nil, uploads.Request{Files: []uploads.NewFile{{Name: strings.Repeat("x", 1025)}}},
			"file name xxxxxxxxxxxxxxxxxxxx... is too long, maximum length is 1024 characters"},
		"big file": {nil, uploads.Request{Files: []uploads.NewFile{{Name: "x", Size: 11 << 20}}},
			"file is too big (12 MB), maximum file size is 10 MB"},
		"negative size":  {nil, uploads.Request{Files: []uploads.NewFile{{Name: "x", Size: -4}}}, "invalid file size -4"},
		"long comments":  {nil, uploads.Request{Comments: strings.Repeat("x", 65537)}, "comments are too long, maximum length is 65536 bytes"},
		"long reference": {nil, uploads.Request{Files: []uploads.NewFile{{Name: "x", Reference: strings.Repeat("x", 1025)}}}, "file reference is too long, maximum length is 1024 bytes"},
		"slash":          {nil, uploads.Request{Files: []uploads.NewFile{{Name: "a/b"}}}, `invalid file name : / and \ are not allowed`},
		"backslash":      {nil, uploads.Request{Files: []uploads.NewFile{{Name: `..\x`}}}, `invalid file name : / and \ are not allowed`},
		"dot dot":        {nil, uploads.Request{Files: []uploads.NewFile{{Name: ".."}}}, `invalid file name : ".." names a directory`},
		"control":        {nil, uploads.Request{Files: []uploads.NewFile{{Name: "a\r\nb"}}}, "invalid file name : control characters are not allowed"},
		"NUL":            {nil, uploads.Request{Files: []uploads.NewFile{{Name: "a\x00b"}}}, "invalid file name : control characters are not allowed"},
		"not UTF-8":      {nil, uploads.Request{Files: []uploads.NewFile{{Name: "a\xffb"}}}, "invalid file name : it is not valid UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := generous()
			if c.policy != nil {
				c.policy(&p)
			}
			f := setup(t, p)
			_, err := f.Create(t.Context(), uploads.Caller{}, c.req)
			requireKind(t, core.KindInvalid, err)
			require.Equal(t, "unable to create upload : "+c.text, err.Error())
		})
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	forced := uploads.Feature{Allowed: true, Forced: true}
	p := generous()
	p.OneShot, p.Removable, p.Stream, p.ExtendTTL = forced, forced, forced, forced
	f := setup(t, p)
	u := f.declare(t, uploads.Request{Comments: "hi", Login: "x"}, "b", "a", "b", "🐟 \u202e.txt")
	require.True(t, u.OneShot && u.Removable && u.Stream && u.ExtendTTL, "what is forced is on")
	require.Equal(t, 3600, u.TTL)
	require.WithinDuration(t, f.now.Now().Add(time.Hour), u.ExpireAt, time.Second)
	require.False(t, u.ProtectedByPassword, "a login alone protects nothing")

	got, err := f.Upload(t.Context(), u.ID, true)
	require.NoError(t, err)
	var names []string
	for _, file := range got.Files {
		names = append(names, file.Name)
		require.Equal(t, core.Missing, file.Status)
	}
	require.Equal(t, []string{"b", "a", "b", "🐟 \u202e.txt"}, names, "in the order they were declared")
}

func TestTTLRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy func(*uploads.Policy)
		asked  int
		want   int
	}{
		"asked":               {nil, 60, 60},
		"ceiling itself":      {nil, 7200, 7200},
		"default":             {nil, 0, 3600},
		"no ceiling":          {func(p *uploads.Policy) { p.MaxTTL = 0 }, -7, -7},
		"default too long":    {func(p *uploads.Policy) { p.MaxTTL = 60 }, 0, 60},
		"default for ever":    {func(p *uploads.Policy) { p.DefaultTTL = -1 }, 0, 7200},
		"not to be set":       {func(p *uploads.Policy) { p.SetTTL = uploads.Feature{} }, 60, 3600},
		"default, no ceiling": {func(p *uploads.Policy) { p.MaxTTL, p.DefaultTTL = -1, -1 }, 0, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := generous()
			if c.policy != nil {
				c.policy(&p)
			}
			u := setup(t, p).declare(t, uploads.Request{TTL: c.asked})
			require.Equal(t, c.want, u.TTL)
			require.Equal(t, c.want <= 0, u.ExpireAt.IsZero())
		})
	}
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{Password: "secret"})
	require.NotContains(t, u.Password, "secret")
	basic := func(login, password string) func() (string, string, error) {
		return func() (string, string, error) { return login, password, nil }
	}
	for name, c := range map[string]struct {
		creds uploads.Credentials
		admin bool
		kind  core.Kind
	}{
		"right password":            {uploads.Credentials{Basic: basic("plik", "secret")}, false, 0},
		"wrong password":            {uploads.Credentials{Basic: basic("plik", "secre")}, false, core.KindUnauthenticated},
		"wrong login":               {uploads.Credentials{Basic: basic("", "secret")}, false, core.KindUnauthenticated},
		"upload token":              {uploads.Credentials{UploadToken: u.UploadToken}, true, 0},
		"wrong token, password":     {uploads.Credentials{UploadToken: "x", Basic: basic("plik", "secret")}, false, 0},
		"server admin":              {uploads.Credentials{Who: admin}, true, 0},
		"other user":                {uploads.Credentials{Who: user("local:bob"), Basic: basic("plik", "secret")}, false, 0},
		"API token of server admin": {uploads.Credentials{Who: holder("local:root", "t", core.ScopeUpload), Basic: basic("plik", "secret")}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admin, err := f.Authorize(t.Context(), u, &c.creds)
			if c.kind != 0 {
				requireKind(t, c.kind, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.admin, admin)
		})
	}
}

func TestNobodyOwnsAnonymousUploads(t *testing.T) {
	t.Parallel()
	u := &core.Upload{UploadToken: "", User: "", Token: ""}
	for _, c := range []uploads.Credentials{{}, {UploadToken: ""}, {Who: user("local:bob")}, {Who: user("")}, {Who: holder("local:bob", "x", core.ScopeUpload)},
		{Who: holder("", "", core.ScopeUpload)}, {Who: holder("", "", core.ScopeFull)}, {Who: core.Identity{User: &core.User{}}}} {
		require.False(t, c.Admin(u), "%+v", c)
	}
}

func TestExpired(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{TTL: 60, ExtendTTL: true})
	f.now.add(59 * time.Second)
	_, err := f.Authorize(t.Context(), u, &uploads.Credentials{UploadToken: u.UploadToken})
	require.NoError(t, err)
	f.Touch(t.Context(), u)
	f.now.add(59 * time.Second)
	again, err := f.Upload(t.Context(), u.ID, false)
	require.NoError(t, err)
	_, err = f.Authorize(t.Context(), again, &uploads.Credentials{UploadToken: u.UploadToken})
	require.NoError(t, err, "the access extended it")
	f.now.add(2 * time.Second)
	_, err = f.Authorize(t.Context(), again, &uploads.Credentials{UploadToken: u.UploadToken})
	requireKind(t, core.KindNotFound, err)
	require.Contains(t, err.Error(), "has expired")
}
