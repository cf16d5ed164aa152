package authtest

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/root-gg/plik/server/auth"
)

// Site is a server that people log in to by one provider. It answers browsers without a
// network: their cookies come and go as over one.
type Site struct {
	Flow     *auth.Flow
	Callback string // where the provider sends browsers back to
}

// NewSite returns the site of a provider; now is the site's clock, nil: time.Now.
func NewSite(t testing.TB, p auth.Provider, now func() time.Time) *Site {
	t.Helper()
	f, err := auth.NewFlow(p, auth.FlowOptions{Key: Key(), Path: "/plik", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return &Site{Flow: f, Callback: "https://plik.example.com/plik/auth/" + p.Name() + "/callback"}
}

// Key returns the signature key of sites.
func Key() []byte { return bytes.Repeat([]byte("0123456789abcdef"), 4) }

// Begin starts a login in a browser and returns where it is sent.
func (s *Site) Begin(ctx context.Context, browser *http.Client) (string, error) {
	w, r := httptest.NewRecorder(), request(ctx, browser, s.Callback)
	to, err := s.Flow.Begin(w, r, s.Callback, true)
	browser.Jar.SetCookies(r.URL, w.Result().Cookies())
	return to, err
}

// Finish is what the site makes of a browser that was sent back to this URL.
func (s *Site) Finish(ctx context.Context, browser *http.Client, back string) (*auth.Profile, error) {
	w, r := httptest.NewRecorder(), request(ctx, browser, back)
	p, err := s.Flow.Finish(w, r)
	browser.Jar.SetCookies(r.URL, w.Result().Cookies())
	return p, err
}

// Login is a whole login of whom the stand-in takes the browser for.
func (s *Site) Login(t testing.TB, browser *http.Client) (*auth.Profile, error) {
	t.Helper()
	to, err := s.Begin(t.Context(), browser)
	if err != nil {
		return nil, err
	}
	return s.Finish(t.Context(), browser, Visit(t, browser, to))
}

func request(ctx context.Context, browser *http.Client, address string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	u := &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: r.URL.Path}
	for _, c := range browser.Jar.Cookies(u) {
		r.AddCookie(c)
	}
	return r
}
