package auth_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/root-gg/plik/server/auth"
)

// fake is a provider where everybody is who the code says.
type fake struct {
	name     string
	finished atomic.Int32
	began    auth.Attempt // what Begin got last
	failing  error
	secret   string
}

func (f *fake) Name() string  { return f.name }
func (f *fake) Title() string { return strings.ToUpper(f.name) }

func (f *fake) Begin(_ context.Context, a *auth.Attempt) (string, error) {
	f.began, a.Secret = *a, f.secret
	return "https://login.example.com/?" + url.Values{"state": {a.State}}.Encode(), f.failing
}

func (f *fake) Finish(_ context.Context, a *auth.Attempt, q url.Values) (*auth.Profile, error) {
	f.finished.Add(1)
	if a.Secret != f.secret || a.Verifier != f.began.Verifier || a.Nonce != f.began.Nonce || a.Callback != f.began.Callback {
		return nil, errors.New("the attempt did not come back as it was")
	}
	return &auth.Profile{Provider: "not its own", Login: q.Get("code"), EmailVerified: true}, f.failing
}

// bare is a provider without codes.
type bare struct{ fake }

func (b *bare) Cookie() string { return "plik-bare" }

func (b *bare) Finish(ctx context.Context, a *auth.Attempt, _ url.Values) (*auth.Profile, error) {
	return b.fake.Finish(ctx, a, url.Values{"code": {"alice"}})
}
