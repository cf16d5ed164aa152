package cluster_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// acknowledged is a file that somebody was told is there.
type acknowledged struct {
	path string
	sum  [32]byte
}

// failure is a request that went wrong.
type failure struct {
	mark     string // is in its URL
	what     string
	from, to time.Time
}

// load sends and fetches files through nginx until it is stopped.
type load struct {
	n    *nginx
	stop chan struct{}
	wg   sync.WaitGroup
	done atomic.Int64 // requests that went well

	mu       sync.Mutex
	marks    int
	files    []acknowledged
	failures []failure
}

// begin starts clients: some that send files in one go, as many that send them in pieces, and as
// many that fetch.
func begin(n *nginx, each int) *load {
	l := &load{n: n, stop: make(chan struct{})}
	l.put(random(1000, 0)) // there is always one to fetch
	for i := range uint64(each) {
		l.run(2*i, func(rnd *rand.Rand) { l.put(random(size(rnd), rnd.Uint64())) })
		l.run(2*i+1, func(rnd *rand.Rand) { l.pieces(random(size(rnd), rnd.Uint64())) })
		l.run(2*i+1, func(rnd *rand.Rand) { l.fetch(l.any(rnd)) })
	}
	return l
}

// size is small mostly.
func size(rnd *rand.Rand) int { return 1 + rnd.IntN(1<<(8+rnd.IntN(14))) }

func (l *load) run(seed uint64, work func(*rand.Rand)) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	l.wg.Go(func() {
		for {
			select {
			case <-l.stop:
				return
			default:
				work(rnd)
			}
		}
	})
}

// end lets each client finish what it is at.
func (l *load) end() {
	close(l.stop)
	l.wg.Wait()
}

// mark returns what makes a URL unlike all others.
func (l *load) mark() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.marks++
	return fmt.Sprintf("?mark=%d-", l.marks)
}

func (l *load) any(rnd *rand.Rand) acknowledged {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.files[rnd.IntN(len(l.files))]
}

func (l *load) keep(path string, content []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files = append(l.files, acknowledged{path, sha256.Sum256(content)})
}

// try sends a request and notes when it goes wrong.
func (l *load) try(want int, send func(mark string) answer) (answer, bool) {
	mark, from := l.mark(), time.Now()
	a := send(mark)
	if a.err == nil && a.status == want {
		l.done.Add(1)
		return a, true
	}
	l.fail(failure{mark, fmt.Sprintf("%d %.200s %v", a.status, a.body, a.err), from, time.Now()})
	return a, false
}

func (l *load) fail(f failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures = append(l.failures, f)
}

func (l *load) put(content []byte) {
	a, ok := l.try(200, func(mark string) answer { return l.n.do("PUT", "/x"+mark, bytes.NewReader(content)) })
	if ok {
		l.keep(path(strings.TrimSpace(a.body)), content)
	}
}

func (l *load) fetch(f acknowledged) {
	a, ok := l.try(200, func(mark string) answer { return l.n.do("GET", f.path+mark, nil) })
	if ok && sha256.Sum256([]byte(a.body)) != f.sum {
		l.n.Errorf("%s has not the bytes that were sent", f.path)
	}
}

// pieces sends a file by 200 kB. What is cut goes on where the servers say.
func (l *load) pieces(content []byte) {
	var r resumable
	_, ok := l.try(201, func(mark string) (a answer) { r, a = l.n.begin(len(content), mark); return a })
	if !ok {
		return
	}
	for safe := 0; safe < len(content); {
		end := min(len(content), safe+200_000)
		_, ok := l.try(204, func(mark string) answer { return l.n.patch(r, safe, bytes.NewReader(content[safe:end]), mark) })
		if ok {
			safe = end
			continue
		}
		at := l.look(r)
		if at < safe || at > end {
			l.n.Errorf("%s is at %d after %d bytes were acknowledged and %d sent", r.location, at, safe, end)
			return
		}
		safe = at
	}
	l.keep(r.link, content)
}

// look asks how far an upload is whose transfer was cut. The lease of a daemon that was killed keeps
// the others from it for a while, which they tell.
func (l *load) look(r resumable) int {
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		a := l.n.tus("HEAD", r.location, nil)
		if a.err != nil || a.status >= http.StatusInternalServerError {
			continue
		}
		at, err := strconv.Atoi(a.head.Get("Upload-Offset"))
		if a.status != 200 || err != nil {
			l.n.Errorf("HEAD %s: %d %q", r.location, a.status, a.head)
			return -1
		}
		return at
	}
	return -1
}
