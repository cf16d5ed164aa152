package e2e_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

type daemonKey struct{}

// daemon is the server of a script.
type daemon struct {
	dir   string
	text  string // of its configuration
	build api.BuildInfo
	s     *server.Server
	port  int
}

func (d *daemon) url() string { return fmt.Sprintf("http://127.0.0.1:%d", d.port) }

// start starts the server with a configuration, on a port that is free if none is given.
func (d *daemon) start(text string, port int) error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(d.dir, "plikd.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	c, _, err := config.Load(path, nil)
	if err != nil {
		return err
	}
	c.ListenAddress, c.ListenPort = "127.0.0.1", port
	c.DataBackendConfig = map[string]any{"Directory": filepath.Join(d.dir, "files")}
	c.MetadataBackendConfig = map[string]any{"ConnectionString": d.database()}
	c.ClientsDirectory, c.ChangelogDirectory = filepath.Join(d.dir, "clients"), filepath.Join(d.dir, "changelog")
	log := logrus.New()
	log.SetOutput(io.Discard)
	ctx := context.Background()
	s, err := server.New(ctx, server.Options{Config: c, Log: log, Build: d.build})
	if err != nil {
		return err
	}
	if err := s.Start(ctx); err != nil {
		return err
	}
	var p int
	if _, err := fmt.Sscanf(s.Addr().String(), "127.0.0.1:%d", &p); err != nil {
		return err
	}
	d.s, d.port, d.text = s, p, text
	return nil
}

func (d *daemon) database() string { return filepath.Join(d.dir, "plik.db") }

// stop stops the server; what is on its way is cut off after a moment.
func (d *daemon) stop(patience time.Duration) error {
	if d.s == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := d.s.Stop(ctx)
	d.s = nil
	return err
}

func (d *daemon) close(t testscript.T) {
	if err := d.stop(5 * time.Second); err != nil {
		t.Log("the server did not stop in good order:", err)
	}
}

func of(ts *testscript.TestScript) *daemon { return ts.Value(daemonKey{}).(*daemon) }

// serverCmd starts the server again where it was, or for the first time.
func serverCmd(ts *testscript.TestScript, _ bool, args []string) {
	d := of(ts)
	text := d.text
	if len(args) > 0 {
		text = ts.ReadFile(args[0])
	}
	ts.Check(d.start(text, d.port))
	ts.Setenv("SERVER", d.url())
}

// stopCmd stops the server, what is on its way is cut off.
func stopCmd(ts *testscript.TestScript, _ bool, _ []string) {
	if err := of(ts).stop(100 * time.Millisecond); err != nil {
		ts.Logf("cut off: %v", err)
	}
}

// userCmd makes a user with a token: user LOGIN TOKEN [SCOPE]
func userCmd(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	m, err := metadata.Open(ctx, metadata.Options{ConnectionString: of(ts).database()})
	ts.Check(err)
	defer m.Close()
	id := core.UserID("local:" + args[0])
	now := time.Now()
	ts.Check(m.CreateUser(ctx, &core.User{ID: id, Provider: "local", Login: args[0], Name: "Name of " + args[0], Email: args[0] + "@x.org", CreatedAt: now}))
	t := &core.Token{Token: args[1], UserID: id, Comment: "e2e", Scope: core.ScopeUpload, CreatedAt: now}
	if len(args) > 2 && args[2] == "full" {
		t.Scope = core.ScopeFull
	}
	ts.Check(m.CreateToken(ctx, t))
}
