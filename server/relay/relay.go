package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// TypeHeader carries the content type that the sender declared.
const TypeHeader = "X-Plik-Type"

const (
	dialTimeout   = 5 * time.Second
	answerTimeout = 30 * time.Second
	blockSize     = 256 << 10
	maxErrorText  = 4 << 10
)

var (
	errSenderGone  = core.E(core.KindConflict, "sender_gone", "the sender left before the end of the file")
	errUnreachable = core.E(core.KindUnavailable, "sender_unreachable", "the server that has the sender of this file cannot be reached, try again in a minute")
)

// Instances is the database, as far as it knows the daemons.
type Instances interface {
	Instances(ctx context.Context) ([]core.Instance, error)
}

// Client fetches streams from other daemons. It is safe for concurrent use.
type Client struct {
	instances Instances
	key       Key
	now       core.Clock
	http      *http.Client
}

// NewClient returns a Client; now may be nil for time.Now.
func NewClient(instances Instances, key Key, now core.Clock) *Client {
	if now == nil {
		now = time.Now
	}
	return &Client{instances: instances, key: key, now: now, http: &http.Client{
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: dialTimeout}).DialContext,
			TLSHandshakeTimeout:   dialTimeout,
			ResponseHeaderTimeout: answerTimeout,
			IdleConnTimeout:       time.Minute,
			DisableCompression:    true,
			ReadBufferSize:        blockSize,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the signature is for one server
	}}
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Fetch hands the bytes of f, whose sender is at another daemon, to sink. An error after sink has
// started means that it has not got the whole file.
func (c *Client) Fetch(ctx context.Context, f *core.File, sink uploads.Sink) error {
	base, err := c.find(ctx, f.Instance)
	if err != nil {
		return err
	}
	target := base + "/relay/" + url.PathEscape(string(f.UploadID)) + "/" + url.PathEscape(string(f.ID))
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return errUnreachable.Because(err)
	}
	c.key.Sign(r, f.UploadID, f.ID, c.now())
	resp, err := c.http.Do(r)
	if err != nil {
		return errUnreachable.Because(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return refusal(resp)
	}
	stop := context.AfterFunc(ctx, sink.Interrupt)
	defer stop()
	sink.Start(resp.Header.Get(TypeHeader), resp.ContentLength)
	return hand(resp.Body, sink)
}

// hand moves the bytes as they come.
func hand(from io.Reader, to io.Writer) error {
	buf := make([]byte, blockSize)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errSenderGone.Because(err)
		}
	}
}

// find returns the address of a daemon.
func (c *Client) find(ctx context.Context, id string) (string, error) {
	known, err := c.instances.Instances(ctx)
	if err != nil {
		return "", err
	}
	for _, i := range known {
		if i.ID != id {
			continue
		}
		if i.URL == "" {
			return "", errUnreachable.Because(fmt.Errorf("instance %s has no AdvertiseURL", id))
		}
		return strings.TrimRight(i.URL, "/"), nil
	}
	return "", errUnreachable.Because(fmt.Errorf("instance %s is not known any more", id))
}

// refusal makes the other daemon's answer ours.
func refusal(resp *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorText)) // what could be read tells enough
	cause := errors.New("the other daemon answered " + strconv.Itoa(resp.StatusCode) + ": " + strings.TrimSpace(string(text)))
	if resp.StatusCode == http.StatusNotFound {
		return core.E(core.KindNotFound, "file_unavailable", "the sender of this file is gone, or someone else is receiving it already").Because(cause)
	}
	return errUnreachable.Because(cause)
}
