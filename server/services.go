package server

import (
	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/password"
	"github.com/root-gg/plik/server/throttle"
	"github.com/root-gg/plik/server/uploads"
)

// Services are the use cases over an installation's stores.
type Services struct {
	Uploads  *uploads.Service
	Accounts *accounts.Service
}

// NewServices returns the use cases for commands that work beside a daemon.
func NewServices(c *config.Config, b *Backends, log *logrus.Logger) (*Services, error) {
	return newServices(c, b, log, "", nil, nil)
}

func newServices(c *config.Config, b *Backends, log *logrus.Logger, instance string, r uploads.Relay, now core.Clock) (*Services, error) {
	keeper, err := password.New(password.Options{Now: now})
	if err != nil {
		return nil, err
	}
	// Each has a guard of its own: who fails at one is not kept from the others.
	var logins, devices, passwords *throttle.Guard
	for _, g := range []**throttle.Guard{&logins, &devices, &passwords} {
		if *g, err = throttle.NewGuard(throttle.GuardOptions{Now: now}); err != nil {
			return nil, err
		}
	}
	s := &Services{}
	s.Uploads, err = uploads.New(uploads.Options{
		Store: b.Metadata, Backend: b.Data, Passwords: keeper, Policy: policy(c), Guard: passwords,
		Instance: instance, Relay: r, Log: logrus.NewEntry(log), Now: now,
	})
	if err != nil {
		return nil, err
	}
	s.Accounts, err = accounts.New(accounts.Options{
		Store: b.Metadata, Passwords: keeper, Guard: logins, Devices: devices, Transfers: s.Uploads, Log: logrus.NewEntry(log), Now: now,
	})
	return s, err
}
