package plik

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/root-gg/plik/plik/api"
)

// Me asks who the client's token belongs to. The token needs the scope "read" or "full"; servers of Plik 1.3
// answer no token.
func (c *Client) Me(ctx context.Context) (*api.User, error) {
	v, _, err := get[api.User](ctx, c, c.asUser("me"))
	return v, err
}

// ListOptions say which part of a list to fetch.
type ListOptions struct {
	Limit  int    // at most so many; 0: as many as the server likes
	After  string // api.Page.After of the part before
	Search string // part of a file name or of the comments; empty: all
	BySize bool   // largest first, instead of the newest
}

// ListUploads lists the uploads of the user whose token the client has.
func (c *Client) ListUploads(ctx context.Context, o ListOptions) (*api.Page[*api.Upload], error) {
	k := c.asUser("me", "uploads")
	k.query = url.Values{}
	set := func(key, value string, use bool) {
		if use {
			k.query.Set(key, value)
		}
	}
	set("limit", strconv.Itoa(o.Limit), o.Limit > 0)
	set("after", o.After, o.After != "")
	set("q", o.Search, o.Search != "")
	set("sort", "size", o.BySize)
	v, _, err := get[api.Page[*api.Upload]](ctx, c, k)
	return v, err
}

func (c *Client) asUser(path ...string) call {
	return call{method: http.MethodGet, path: path, secrets: secrets{token: c.params().Token}, safety: idempotent}
}
