package cli

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/pace"
	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/server/buildinfo"
)

// client returns a client of the server of the settings, asking for the token if that is wanted.
func (a *app) client(ctx context.Context, s *settings) (*plik.Client, error) {
	if s.Token == "-" {
		token, err := a.asker().Secret(ctx, "Token: ")
		if err != nil {
			//lint:ignore ST1005 a phrase users know
			return nil, fmt.Errorf("Unable to get token : %w", err)
		}
		s.Token = secret(token)
	}
	c := plik.NewClient(s.URL)
	version := buildinfo.Version()
	c.ClientName = "plik_cli"
	c.ClientVersion = runtime.GOOS + "-" + runtime.GOARCH + "-" + version
	c.ClientUserAgent = "plik_client/" + version
	if s.Insecure {
		c.Insecure()
	}
	if s.rate > 0 {
		pace.Limit(c.HTTPClient.Transport.(*http.Transport), s.rate)
	}
	c.Debug, c.DebugOutput = s.Debug, a.err
	c.Parallel = s.Parallel
	c.Token, c.Login, c.Password = s.Token.Reveal(), s.Login, s.Password.Reveal()
	if c.Login == "" || c.Password == "" {
		c.Login, c.Password = "", ""
	}
	switch {
	case s.Retry < 0:
		c.Retry.Attempts = 1
	case s.Retry > 0:
		c.Retry.Attempts = s.Retry + 1
	}
	if s.timeout > 0 {
		c.Retry.GiveUp = s.timeout
		c.IdleTimeout = min(s.timeout, time.Minute)
	}
	return c, nil
}
