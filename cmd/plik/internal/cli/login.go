package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/rc"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/plik/api"
)

func loginCommand() command {
	return command{
		name: "login", usage: "[options]", short: "Keep a token of your account in the configuration",
		long: "A code is shown, which you confirm on a page of the server; with --paste a token of your account is asked for.\n" +
			"Where there is no terminal, a token is read from standard input.",
		options: args.Set{
			optServer(), optProfile(), {Long: "paste", Help: "Ask for a token instead of showing a code"}, optInsecure(), optQuiet(), optDebug(), optHelp(),
		},
		run: (*app).login,
	}
}

// rcPath returns the file that is changed: the one in use, if it is the user's, else the one in the home directory.
func (a *app) rcPath(s *settings) string {
	if s.loaded.Path != "" && !strings.HasPrefix(s.loaded.Path, "/etc/") {
		return s.loaded.Path
	}
	return rc.HomePath(a.getenv)
}

func (a *app) login(ctx context.Context, p *args.Parsed) error {
	if len(p.Operands) > 0 {
		return usage("plik login takes no operands; a token on the command line would be seen by others")
	}
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	who, err := a.obtain(ctx, s, p.On("paste"))
	if err != nil {
		return err
	}
	path := a.rcPath(s)
	if err := rc.Set(path, s.loaded.Profile, "URL", s.URL); err != nil {
		return err
	}
	if err := rc.Set(path, s.loaded.Profile, "Token", s.Token.Reveal()); err != nil {
		return err
	}
	if !s.Quiet {
		fmt.Fprintf(a.out, "Logged in to %s%s, the token is in %s\n", s.URL, who, path)
	}
	return a.out.err
}

// obtain gets a token, by a code that is confirmed in a browser or as it is given, and tells whose it is.
func (a *app) obtain(ctx context.Context, s *settings, paste bool) (string, error) {
	if term.Is(a.in) && !paste {
		s.Token = ""
		c, err := a.client(ctx, s)
		if err != nil {
			return "", err
		}
		switch t, err := a.confirmed(ctx, c); {
		case err == nil:
			s.Token = secret(t.Token)
			if c, err = a.client(ctx, s); err != nil {
				return "", err
			}
			return a.verify(ctx, c)
		case !errors.Is(err, errNoCodes):
			return "", fmt.Errorf("unable to log in : %w", err)
		}
	}
	question := ""
	if term.Is(a.in) {
		question = "Token of your account on " + s.URL + ": "
	}
	token, err := a.asker().Secret(ctx, question)
	if err != nil {
		//lint:ignore ST1005 a phrase users know
		return "", fmt.Errorf("Unable to get token : %w", err)
	}
	s.Token = secret(strings.TrimSpace(token))
	c, err := a.client(ctx, s)
	if err != nil {
		return "", err
	}
	return a.verify(ctx, c)
}

// errNoCodes says that the server has no page to confirm a code.
var errNoCodes = errors.New("the server has no login by code")

// confirmed shows a code and waits until it is confirmed.
func (a *app) confirmed(ctx context.Context, c *plik.Client) (*api.Token, error) {
	comment := "plik"
	if host, err := os.Hostname(); err == nil && host != "" {
		comment += " on " + host
	}
	d, err := c.BeginDeviceLogin(ctx, comment)
	if e, ok := errors.AsType[*plik.Error](err); ok && (e.Status == 404 || e.Status == 405) {
		return nil, errNoCodes
	}
	if err != nil {
		return nil, err
	}
	a.note("Open %s\nand confirm the code %s", term.Line(d.VerificationURIComplete), term.Line(d.UserCode))
	a.note("Waiting for you to confirm, at most %d minutes", (d.ExpiresIn+59)/60)
	return c.WaitDeviceLogin(ctx, d)
}

// verify tells whether the server knows the token, and whose it is as far as that may be known: tokens for uploads
// only do not tell.
func (a *app) verify(ctx context.Context, c *plik.Client) (string, error) {
	user, err := c.Me(ctx)
	if err == nil {
		return " as " + term.Line(user.ID), nil
	}
	e, ok := errors.AsType[*plik.Error](err)
	if !ok {
		return "", fmt.Errorf("unable to verify the token : %w", err)
	}
	if e.Status != 403 && e.Status != 401 || strings.Contains(e.Text, "invalid token") {
		return "", fmt.Errorf("unable to verify the token : %w", err)
	}
	// Whether it uploads is seen by asking for an upload, which is deleted again.
	u := c.NewUpload()
	u.TTL = 60
	if err := u.CreateContext(ctx); err != nil {
		return "", fmt.Errorf("unable to verify the token : %w", err)
	}
	if err := u.DeleteContext(ctx); err != nil {
		a.note("note: the upload that was made to try the token could not be deleted, it ends in a minute : %s", err)
	}
	return "", nil
}

func logoutCommand() command {
	return command{
		name: "logout", usage: "[options]", short: "Take the token out of the configuration",
		options: args.Set{optProfile(), optQuiet(), optHelp()}, run: (*app).logout,
	}
}

func (a *app) logout(ctx context.Context, p *args.Parsed) error {
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	if _, set := s.loaded.Where["Token"]; !set || s.Token == "" {
		return errors.New("there is no token, you are not logged in")
	}
	if !strings.HasPrefix(s.loaded.Where["Token"], s.loaded.Path+":") {
		return fmt.Errorf("the token is not in a file but in %s, unset that", s.loaded.Where["Token"])
	}
	path := a.rcPath(s)
	if path != s.loaded.Path {
		return fmt.Errorf("the token is in %s, which is for all users", s.loaded.Path)
	}
	if err := rc.Unset(path, s.loaded.Profile, "Token"); err != nil {
		return err
	}
	if !s.Quiet {
		fmt.Fprintf(a.out, "The token is not in %s any more. It stays valid until you revoke it on the page of your account.\n", path)
	}
	return a.out.err
}

func whoamiCommand() command {
	return command{
		name: "whoami", usage: "[options]", short: "Say whose token is used", long: "It takes a token of scope read or full.",
		options: args.Set{optServer(), optToken(), optProfile(), optInsecure(), optJSON(), optQuiet(), optDebug(), optHelp()},
		run:     (*app).whoami,
	}
}

func (a *app) whoami(ctx context.Context, p *args.Parsed) error {
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	if s.Token == "" {
		return coded(exitNotAllowed, errors.New("there is no token, see plik login"))
	}
	c, err := a.client(ctx, s)
	if err != nil {
		return err
	}
	user, err := c.Me(ctx)
	if err != nil {
		return fmt.Errorf("unable to get the user : %w", err)
	}
	if s.json {
		return a.json(user)
	}
	text := user.ID
	if user.Name != "" && !s.Quiet {
		text += " " + user.Name
	}
	if user.Email != "" && !s.Quiet {
		text += " " + user.Email
	}
	_, err = fmt.Fprintln(a.out, term.Line(text))
	return err
}
