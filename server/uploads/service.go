package uploads

import (
	"context"
	"errors"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Passwords hashes and checks upload passwords. *password.Keeper is one.
type Passwords interface {
	// Hash returns what to store for a login and password.
	Hash(ctx context.Context, login, password string) (string, error)
	// Verify tells whether login and password match what is stored. scope ties what it
	// may remember of the answer to one upload.
	Verify(ctx context.Context, scope, stored, login, password string) (bool, error)
}

// Options are the parts a Service is made of.
type Options struct {
	Store     Store        // mandatory
	Backend   data.Backend // mandatory
	Passwords Passwords    // mandatory
	Policy    Policy
	Instance  string        // id of this daemon, see core.Instance
	Log       *logrus.Entry // nil: discard
	Now       core.Clock    // nil: time.Now
}

// Service is safe for concurrent use.
type Service struct {
	store     Store
	backend   data.Backend
	passwords Passwords
	policy    Policy
	instance  string
	log       *logrus.Entry
	now       core.Clock
	streams   *streams
	running   *transfers
	held      *holds
}

// New checks the options and returns a Service.
func New(o Options) (*Service, error) {
	if o.Store == nil || o.Backend == nil || o.Passwords == nil {
		return nil, errors.New("uploads: Store, Backend and Passwords are required")
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
		store: o.Store, backend: o.Backend, passwords: o.Passwords, policy: o.Policy,
		instance: o.Instance, log: o.Log, now: o.Now,
		streams: newStreams(), running: newTransfers(), held: newHolds(),
	}, nil
}

// Shutdown tells the streams that wait for their other end that the server stops, and
// refuses new ones. Running transfers go on.
func (s *Service) Shutdown() { s.streams.close() }

// settle returns a context for the work that must be done even though the client has
// left: writing down how its transfer ended. It is bounded in time.
func settle(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}
