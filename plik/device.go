package plik

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/root-gg/plik/plik/api"
)

// BeginDeviceLogin asks for a code that a user confirms in a browser, which gives the program a token of the
// user's, after RFC 8628. comment tells the user what asks, "plik on laptop". Servers without accounts, and
// those of Plik 1.3, answer an *Error.
func (c *Client) BeginDeviceLogin(ctx context.Context, comment string) (*api.DeviceLogin, error) {
	v, _, err := get[api.DeviceLogin](ctx, c, call{
		method: http.MethodPost, path: []string{"auth", "device"}, body: api.NewDeviceLogin{Comment: comment}, safety: once,
	})
	return v, err
}

// WaitDeviceLogin waits until the user has decided and returns the token. Refused or expired, it is an *Error.
// Servers that cannot be reached meanwhile are asked again, as long as the code lives.
func (c *Client) WaitDeviceLogin(ctx context.Context, d *api.DeviceLogin) (*api.Token, error) {
	every := time.Duration(max(d.Interval, 1)) * time.Second
	end := time.Now().Add(time.Duration(d.ExpiresIn) * time.Second)
	ask := call{method: http.MethodPost, path: []string{"auth", "device", "token"}, body: api.DeviceCode{DeviceCode: d.DeviceCode}, safety: once}
	for {
		t, _, err := get[api.Token](ctx, c, ask)
		if err == nil || !mayStill(err) || time.Now().After(end) {
			return t, err
		}
		select {
		case <-time.After(every):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// mayStill tells whether asking again makes sense.
func mayStill(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok && e.Code == "authorization_pending" {
		return true
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	status := statusOf(err)
	return status == 0 || status == http.StatusTooManyRequests || status >= 500
}
