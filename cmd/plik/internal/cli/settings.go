package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/rc"
)

// settings are the configuration with the command line over it.
type settings struct {
	rc.Config
	loaded *rc.Loaded

	rate    int64         // bytes a second, 0: no limit
	timeout time.Duration // 0: the default

	name      string
	stdin     bool // content may come from there
	askPass   bool // for login and password
	json      bool
	qr        bool
	copy      bool
	dryRun    bool
	mayTar    bool // archives are wanted on the command line
	noArchive bool
	given     string // passphrase
	generated bool   // the passphrase was made up
}

// load reads the configuration and lays over it what a command line says that every command knows.
// With ask it asks for a configuration if there is none.
func (a *app) load(ctx context.Context, p *args.Parsed, ask bool) (*settings, error) {
	path, err := rc.Find(a.getenv)
	if err != nil {
		return nil, unloadable(err)
	}
	if path == "" && ask && a.unconfigured(p) {
		if path, err = a.wizard(ctx, p); err != nil {
			return nil, unloadable(err)
		}
	}
	l, err := rc.Load(rc.LoadOptions{Path: path, Env: a.env, Profile: p.Text("profile")})
	if err != nil {
		return nil, unloadable(err)
	}
	s := &settings{Config: *l.Config, loaded: l, stdin: !l.Config.DisableStdin, given: l.Config.SecureOptions.Passphrase.Reveal()}
	if err := a.overlay(s, p); err != nil {
		return nil, err
	}
	if !s.Quiet {
		for _, w := range l.Warnings {
			a.note("warning: %s", w)
		}
	}
	return s, nil
}

func unloadable(err error) error {
	//lint:ignore ST1005 a phrase users know
	return fmt.Errorf("Unable to load configuration : %w", err)
}

// overlay sets what all commands that talk to a server know.
func (a *app) overlay(s *settings, p *args.Parsed) error {
	for name, field := range map[string]*bool{
		"oneshot": &s.OneShot, "removable": &s.Removable, "stream": &s.Stream, "extend-ttl": &s.ExtendTTL,
		"insecure": &s.Insecure, "quiet": &s.Quiet, "debug": &s.Debug,
	} {
		if on, set := p.Switch(name); set {
			*field = on
		}
	}
	s.json = p.On("json")
	if v := p.Text("server"); v != "" {
		if err := a.otherServer(s, v); err != nil {
			return err
		}
	}
	if v := p.Text("token"); v != "" {
		s.Token = rc.Secret(v)
	}
	return s.transfers(p)
}

// otherServer changes the server. The token of a file goes to the server it was written for only.
func (a *app) otherServer(s *settings, text string) error {
	u, err := rc.ParseURL(text)
	if err != nil {
		return usage("--server : " + err.Error())
	}
	if u != s.URL && s.Token != "" && strings.HasPrefix(s.loaded.Where["Token"], s.loaded.Path+":") {
		a.note("note: the token of %s is not sent to %s, use --token or a profile", s.URL, u)
		s.Token = ""
	}
	s.URL = u
	return nil
}

// transfers sets how to send and fetch.
func (s *settings) transfers(p *args.Parsed) error {
	for name, field := range map[string]*int{"parallel": &s.Parallel, "retry": &s.Retry} {
		v := p.Text(name)
		if v == "" {
			continue
		}
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n == 0 && name == "parallel" {
			return usage(fmt.Sprintf("--%s : %q is no such number", name, v))
		}
		if n == 0 {
			n = -1
		}
		*field = n
	}
	if v := p.Text("limit-rate"); v != "" {
		s.LimitRate = v
	}
	if v := p.Text("timeout"); v != "" {
		s.Timeout = v
	}
	if s.LimitRate != "" {
		rate, err := parseRate(s.LimitRate)
		if err != nil {
			return usage("limit-rate : " + err.Error())
		}
		s.rate = rate
	}
	if s.Timeout != "" {
		d, err := time.ParseDuration(s.Timeout)
		if err != nil {
			var n int
			if n, err = strconv.Atoi(s.Timeout); err == nil {
				d = time.Duration(n) * time.Second
			}
		}
		if err != nil || d <= 0 {
			return usage(fmt.Sprintf("timeout : %q is no duration such as 30s or 10m", s.Timeout))
		}
		s.timeout = d
	}
	return nil
}

// parseRate reads bytes a second: 500K, 2M, 1.5MiB, with or without /s. K is 1024, as curl has it.
func parseRate(text string) (int64, error) {
	t := strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(text)), "/S")
	t = strings.TrimSuffix(strings.TrimSuffix(t, "B"), "I")
	factor := 1.0
	for i, unit := range []string{"K", "M", "G"} {
		if rest, ok := strings.CutSuffix(t, unit); ok {
			t, factor = rest, float64(int64(1)<<(10*(i+1)))
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
	if n := v * factor; err == nil && n >= 1 && n < 1<<50 {
		return int64(n), nil
	}
	return 0, fmt.Errorf("%q is no rate such as 500K or 2M", text)
}
