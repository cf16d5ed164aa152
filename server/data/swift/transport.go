package swift

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// transport knows the token in use, and tells the service of tokens from the store: the library does
// not, and a wrong AuthUrl would make all objects look absent.
type transport struct {
	*http.Transport

	mu    sync.Mutex
	token string
}

func newTransport(connect time.Duration) *transport {
	return &transport{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: connect}).DialContext,
		TLSHandshakeTimeout:   connect,
		ExpectContinueTimeout: 5 * time.Second,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   64,
	}}
}

// RoundTrip sends a request.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	token := r.Header.Get("X-Auth-Token")
	if token != "" {
		t.mu.Lock()
		t.token = token
		t.mu.Unlock()
	}
	resp, err := t.Transport.RoundTrip(r)
	if err == nil && token == "" && resp.StatusCode == http.StatusNotFound {
		resp.Body.Close()
		return nil, fmt.Errorf("no tokens are had at AuthUrl: it answers %s", resp.Status)
	}
	return resp, err
}

func (t *transport) lastToken() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.token
}
