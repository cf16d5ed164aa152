package plik

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"
)

// NewHTTPClient returns what a Client sends its requests with. It takes proxies from the environment and
// has no limit on the time of a transfer. With insecure it believes any certificate.
//
// It speaks HTTP/1.1 only: over long distances the flow control of HTTP/2 makes single large transfers
// slower. Secrets do not follow a redirect to another host, and nothing that was sent is turned into a GET.
func NewHTTPClient(insecure bool) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Client{
		CheckRedirect: checkRedirect,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
			TLSClientConfig:       &tls.Config{InsecureSkipVerify: insecure},
			TLSHandshakeTimeout:   20 * time.Second,
			ExpectContinueTimeout: time.Second,
			IdleConnTimeout:       90 * time.Second,
			MaxIdleConnsPerHost:   64,
			WriteBufferSize:       64 << 10,
			ReadBufferSize:        64 << 10,
			DisableCompression:    true, // files are passed on as they are
			Protocols:             protocols,
		},
	}
}

// maxRedirects is as many as net/http follows.
const maxRedirects = 10

func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) >= maxRedirects {
		return errors.New("too many redirects")
	}
	if req.Method != first.Method {
		return errors.New("the server redirects to " + req.URL.Redacted() + ", use that URL instead")
	}
	downgrade := first.URL.Scheme == "https" && req.URL.Scheme != "https"
	if downgrade || req.URL.Hostname() != first.URL.Hostname() {
		for _, k := range []string{"Authorization", "X-PlikToken", "X-UploadToken"} {
			req.Header.Del(k)
		}
	}
	return nil
}
