package uploads

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Passwords hashes and checks upload passwords. *password.Keeper is one.
type Passwords interface {
	// Hash returns what to store for a login and password.
	Hash(ctx context.Context, login, password string) (string, error)
	// VerifyGuarded tells whether login and password match what is stored. scope ties what it
	// may remember of the answer to one upload. Unless it remembers, it asks admit first, whose
	// error it returns, and calls succeeded when they match.
	VerifyGuarded(ctx context.Context, scope, stored, login, password string, admit func() (succeeded func(), err error)) (bool, error)
}

// Guard slows the guessing of upload passwords.
type Guard interface {
	// Try takes one of the attempts left to an address for a name, and is KindRateLimited when none
	// is. Call succeeded to give the attempt back.
	Try(addr netip.Addr, name, known string) (succeeded func(), err error)
}

// openGate is a Guard that lets everybody guess.
type openGate struct{}

func (openGate) Try(netip.Addr, string, string) (func(), error) { return func() {}, nil }

// Options are the parts a Service is made of.
type Options struct {
	Store     Store        // mandatory
	Backend   data.Backend // mandatory
	Passwords Passwords    // mandatory
	Policy    Policy
	Guard     Guard         // nil: anybody may guess passwords
	Instance  string        // id of this daemon, see core.Instance
	Relay     Relay         // nil: streams are had from the daemon that has the sender only
	Log       *logrus.Entry // nil: discard
	Now       core.Clock    // nil: time.Now
}

// Service is safe for concurrent use.
type Service struct {
	store     Store
	backend   data.Backend
	passwords Passwords
	guard     Guard
	space     *space // nil: what is stored is not bounded
	policy    Policy
	instance  string
	relay     Relay // may be nil
	log       *logrus.Entry
	now       core.Clock
	streams   *streams
	running   *transfers
	held      *holds
	appender  data.Appender // nil: no upload can be resumed
	digests   chan struct{} // capacity 1: there are digests to compute
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
	if o.Guard == nil {
		o.Guard = openGate{}
	}
	appender, _ := data.As[data.Appender](o.Backend)
	sp, err := newSpace(o)
	if err != nil {
		return nil, err
	}
	return &Service{
		guard: o.Guard, space: sp, appender: appender, digests: make(chan struct{}, 1),
		store: o.Store, backend: o.Backend, passwords: o.Passwords, policy: o.Policy,
		instance: o.Instance, relay: o.Relay, log: o.Log, now: o.Now,
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
