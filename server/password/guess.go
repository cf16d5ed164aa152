package password

import "context"

// flight is a check that is under way, for all who ask the same.
type flight struct {
	done chan struct{} // closed once the rest is set
	ok   bool
	err  error
}

// VerifyGuarded is Verify where guessing is slowed: before the work it calls admit, whose error it
// returns, and after a success what admit returned. A success that is remembered asks nobody.
//
// The same credentials for the same scope that come at once, as a browser sends them with all the
// requests of a page, are one guess: one caller asks and works, the others share its answer. They do
// not share its error, and each tries by itself then.
func (k *Keeper) VerifyGuarded(ctx context.Context, scope, stored, login, password string, admit func() (succeeded func(), err error)) (bool, error) {
	id := k.cacheKey(scope, stored, login, password)
	for {
		if k.cache.has(id, k.now()) {
			return true, nil
		}
		f, first := k.join(id)
		if first {
			defer k.leave(id, f)
			f.err = context.Canceled // should admit panic: the others go on by themselves
			f.ok, f.err = k.admitted(ctx, scope, stored, login, password, admit)
			return f.ok, f.err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return false, ctx.Err()
		}
		if f.err == nil {
			return f.ok, nil
		}
	}
}

// admitted does the check for VerifyGuarded.
func (k *Keeper) admitted(ctx context.Context, scope, stored, login, password string, admit func() (func(), error)) (bool, error) {
	succeeded, err := admit()
	if err != nil {
		return false, err
	}
	ok, err := k.Verify(ctx, scope, stored, login, password)
	if ok {
		succeeded()
	}
	return ok, err
}

// join returns the flight of a check, and whether the caller is the one to do it.
func (k *Keeper) join(id cacheKey) (f *flight, first bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f, ok := k.flights[id]; ok {
		return f, false
	}
	f = &flight{done: make(chan struct{})}
	k.flights[id] = f
	return f, true
}

func (k *Keeper) leave(id cacheKey, f *flight) {
	k.mu.Lock()
	delete(k.flights, id)
	k.mu.Unlock()
	close(f.done)
}
