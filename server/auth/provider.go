package auth

import (
	"context"
	"net/url"
	"time"
)

// Profile is who a provider says that somebody is.
type Profile struct {
	Provider      string // its name
	Login         string // names the account at the provider, for good
	Name          string // for people; may be empty
	Email         string // may be empty
	EmailVerified bool   // the provider says that the address is the account's
	Admin         *bool  // whether the account administrates; nil: the provider does not say
}

// Provider knows people: they log in there, and it tells who they are. It is safe for
// concurrent use. Errors that a visitor may read are of package core; one to be blamed
// on the provider being out of reach is KindUnavailable.
type Provider interface {
	// Name is part of routes and user ids: "google".
	Name() string
	// Title is for people: "Google".
	Title() string
	// Begin returns where to send the browser. What it puts in attempt comes back to Finish.
	Begin(ctx context.Context, attempt *Attempt) (string, error)
	// Finish returns who the browser's user is, by what the provider sent it back with.
	Finish(ctx context.Context, attempt *Attempt, query url.Values) (*Profile, error)
}

// Bare is a Provider which sends the browser back with nothing, neither code nor state: the
// sealed cookie of the attempt alone tells whose login it is.
type Bare interface {
	Provider
	// Cookie is the name of the attempt's cookie.
	Cookie() string
}

// Attempt is a login on its way. The browser keeps it while it is at the provider's, sealed:
// it can neither be read nor changed there.
type Attempt struct {
	Provider string    `json:"p"`
	State    string    `json:"s"`           // random, comes back with the browser (RFC 6749, 10.12)
	Verifier string    `json:"v"`           // proves that who began also finishes (RFC 7636)
	Nonce    string    `json:"n"`           // random, comes back in the provider's ID token
	Callback string    `json:"c"`           // URL where the provider sends the browser back to
	Secret   string    `json:"k,omitempty"` // what the provider must remember, if anything
	ExpireAt time.Time `json:"e"`
}
