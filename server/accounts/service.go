package accounts

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
)

// Passwords hashes and checks the passwords of local users. *password.Keeper is one.
type Passwords interface {
	// HashAccount returns what to store for a password.
	HashAccount(ctx context.Context, password string) (string, error)
	// VerifyAccount tells whether stored, empty for a user that there is not, was made of password, and
	// whether it should be made anew. A failure takes the same work whatever stored is; bcrypt tells
	// that some user's password is of that kind.
	VerifyAccount(ctx context.Context, stored, password string, bcrypt bool) (ok, outdated bool, err error)
}

// Guard slows guessing down.
type Guard interface {
	// Try takes one of the attempts left to an address for a name, and is KindRateLimited when none
	// is. known, when not empty, is a client that has proved to belong to the name. Call succeeded to give the
	// attempt back.
	Try(addr netip.Addr, name, known string) (succeeded func(), err error)
}

// openGate is a Guard that lets everybody guess.
type openGate struct{}

func (openGate) Try(netip.Addr, string, string) (func(), error) { return func() {}, nil }

// Transfers are what is being uploaded right now. *uploads.Service has them.
type Transfers interface {
	// Abort ends the transfers of files that were deleted.
	Abort(files []core.FileID)
}

// Options are the parts a Service is made of.
type Options struct {
	Store     Store     // mandatory
	Passwords Passwords // mandatory
	Guard     Guard     // of logins; nil: anybody may guess
	Devices   Guard     // of the codes of programs; nil: anybody may ask for them and guess
	Transfers Transfers // nil: there are none
	Log       *logrus.Entry
	Now       core.Clock // nil: time.Now
}

// Service is safe for concurrent use.
type Service struct {
	store     Store
	passwords Passwords
	guard     Guard
	devices   Guard
	transfers Transfers
	log       *logrus.Entry
	now       core.Clock
}

// New checks the options and returns a Service.
func New(o Options) (*Service, error) {
	if o.Store == nil || o.Passwords == nil {
		return nil, errors.New("accounts: Store and Passwords are required")
	}
	if o.Guard == nil {
		o.Guard = openGate{}
	}
	if o.Devices == nil {
		o.Devices = openGate{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		l := logrus.New()
		l.SetLevel(logrus.PanicLevel)
		o.Log = logrus.NewEntry(l)
	}
	return &Service{
		store: o.Store, passwords: o.Passwords, guard: o.Guard, devices: o.Devices, transfers: o.Transfers,
		log: o.Log, now: o.Now,
	}, nil
}

func (s *Service) abort(files []core.FileID) {
	if s.transfers != nil && len(files) > 0 {
		s.transfers.Abort(files)
	}
}
