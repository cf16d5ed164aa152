package middleware

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// How long a client that was refused may go on sending: all in all, and without a byte.
const (
	lingerTime = 30 * time.Second
	lingerIdle = 2 * time.Second
)

// lingers tells whether a client is still sending its body, so that it has to be read though nobody
// wants it: a connection that is closed with bytes unread is reset, and the client may never see the
// answer that says why.
func lingers(r *http.Request, body *countingBody) bool {
	switch {
	case r.ProtoMajor != 1 || body.ended || r.ContentLength >= 0 && body.n >= r.ContentLength:
		return false
	case body.n == 0 && strings.EqualFold(r.Header.Get("Expect"), "100-continue"):
		return false // it waits for a word before it sends
	}
	return true
}

// linger reads and forgets what the client sends after its answer, until it ends, stops or has
// had time enough to see the answer.
func linger(rc *http.ResponseController, body io.Reader) {
	if rc.Flush() != nil {
		return
	}
	end := time.Now().Add(lingerTime)
	buf := make([]byte, 64<<10)
	for {
		next := time.Now().Add(lingerIdle)
		if next.After(end) {
			next = end
		}
		if rc.SetReadDeadline(next) != nil {
			return
		}
		if _, err := body.Read(buf); err != nil {
			return
		}
	}
}
