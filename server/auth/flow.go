package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"github.com/root-gg/plik/server/core"
)

const (
	attemptLife = 10 * time.Minute
	maxSpent    = 1 << 16 // states remembered of one attemptLife
	maxCallback = 1 << 10 // bytes of a callback URL
)

// FlowOptions are the options of a Flow.
type FlowOptions struct {
	Key  []byte           // what the attempts' key is derived from, 32 bytes at least; secret
	Path string           // under which the server is reached, such as "/plik"; empty: the root
	Now  func() time.Time // time.Now by default
}

// Flow is a login by a provider. It ties the way back to the browser that went: no other
// browser can finish the login, and none can do so twice. It is safe for concurrent use.
//
// That a state is spent is known to this process alone. A second server that shares the
// key would ask the provider, whose codes are good for once.
type Flow struct {
	provider Provider
	cookie   string // name of the attempt's cookie
	path     string // of that cookie
	bare     bool   // see Bare
	seal     *seal
	spent    *spent
	now      func() time.Time
}

// NewFlow returns the Flow of a provider.
func NewFlow(p Provider, o FlowOptions) (*Flow, error) {
	seal, err := newSeal(o.Key, p.Name())
	if err != nil {
		return nil, err
	}
	f := &Flow{
		provider: p, seal: seal, now: o.Now,
		cookie: "plik-login-" + p.Name(),
		path:   o.Path + "/auth/" + p.Name() + "/",
		spent:  newSpent(attemptLife, maxSpent),
	}
	if b, ok := p.(Bare); ok {
		f.cookie, f.bare = b.Cookie(), true
	}
	if f.now == nil {
		f.now = time.Now
	}
	return f, nil
}

// Provider returns whose flow it is.
func (f *Flow) Provider() Provider { return f.provider }

// Begin starts a login and returns where to send the browser, which the provider will send
// back to callback, a URL of this server. secure keeps the cookie off connections without TLS.
func (f *Flow) Begin(w http.ResponseWriter, r *http.Request, callback string, secure bool) (string, error) {
	if err := checkCallback(callback); err != nil {
		return "", err
	}
	a := &Attempt{
		Provider: f.provider.Name(), State: random(), Verifier: oauth2.GenerateVerifier(), Nonce: random(),
		Callback: callback, ExpireAt: f.now().Add(attemptLife),
	}
	to, err := f.provider.Begin(r.Context(), a)
	if err != nil {
		return "", err
	}
	value, err := f.seal.close(a)
	if err != nil {
		return "", err
	}
	setCookie(w, &http.Cookie{Name: f.cookie, Value: value, Path: f.path, HttpOnly: true, Secure: secure}, attemptLife)
	return to, nil
}

// Finish returns who logged in, when the provider has sent the browser back. A request that
// is not the end of a login begun in this browser is KindInvalid, whoever may not log in is
// KindForbidden. Whatever comes, the attempt is over.
func (f *Flow) Finish(w http.ResponseWriter, r *http.Request) (*Profile, error) {
	setCookie(w, &http.Cookie{Name: f.cookie, Path: f.path, HttpOnly: true}, -1)
	query := r.URL.Query()
	a, err := f.attempt(r, query)
	if err != nil {
		return nil, err
	}
	if code := query.Get("error"); code != "" {
		return nil, f.refusal(code)
	}
	p, err := f.provider.Finish(r.Context(), a, query)
	if err != nil {
		return nil, err
	}
	return settle(p, f.provider)
}

// attempt returns the attempt that a request ends.
func (f *Flow) attempt(r *http.Request, query url.Values) (*Attempt, error) {
	if !f.bare {
		if query.Get("code") == "" && query.Get("error") == "" {
			return nil, core.E(core.KindInvalid, "code_missing", "missing oauth2 authorization code")
		}
		if query.Get("state") == "" {
			return nil, core.E(core.KindInvalid, "state_missing", "missing oauth2 authorization state")
		}
	}
	c, err := r.Cookie(f.cookie)
	if err != nil || c.Value == "" {
		if f.bare {
			return nil, core.E(core.KindInvalid, "state_missing", "missing %s session cookie", f.provider.Title())
		}
		return nil, f.invalid("this browser has not begun a login")
	}
	a, ok := f.seal.open(c.Value)
	switch {
	case !ok || a.Provider != f.provider.Name():
		return nil, f.invalid("the login cookie is not ours")
	case !f.bare && subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(a.State)) != 1:
		return nil, f.invalid("it is of another login")
	case !f.now().Before(a.ExpireAt):
		return nil, f.invalid("state has expired")
	case !f.spent.first(a.State, f.now()):
		return nil, f.invalid("it has been used")
	}
	return a, nil
}

func (f *Flow) invalid(why string) error {
	what := "oauth2 state"
	if f.bare {
		what = f.provider.Title() + " session cookie"
	}
	return core.E(core.KindInvalid, "state_invalid", "invalid %s : %s", what, why)
}

// refusal is what an error code of the provider means (RFC 6749, 4.1.2.1).
func (f *Flow) refusal(code string) error {
	cause := fmt.Errorf("the provider answered %.64q", code)
	switch code {
	case "access_denied":
		return core.E(core.KindForbidden, "login_refused", "login was refused by %s", f.provider.Title()).Because(cause)
	case "server_error", "temporarily_unavailable":
		return Unavailable(f.provider.Title(), cause)
	}
	return Failed(f.provider.Title(), cause)
}

// Unavailable is the error of a provider that cannot be reached. The cause, which is for
// the log, must hold no secret.
func Unavailable(title string, cause error) error {
	return core.E(core.KindUnavailable, "provider_unavailable", "%s cannot be reached, try again later", title).Because(cause)
}

// Failed is the error of a login that a provider does not confirm, or not as it must. The
// cause, which is for the log, must hold no secret.
func Failed(title string, cause error) error {
	return core.E(core.KindForbidden, "login_failed", "login failed at %s, start again", title).Because(cause)
}

// Unverified is the error of an e-mail address that may be somebody else's.
func Unverified() error {
	return core.E(core.KindForbidden, "email_unverified", "the e-mail address is not verified")
}

// random returns 256 random bits.
func random() string {
	var b [32]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func checkCallback(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || len(s) > maxCallback, u.Scheme != "http" && u.Scheme != "https",
		u.Host == "", u.User != nil, u.RawQuery != "", u.Fragment != "":
		return core.E(core.KindInvalid, "callback_invalid", "invalid callback URL").Because(errors.New("it must be absolute, without query"))
	}
	return nil
}
