package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/rc"
)

func secret(text string) rc.Secret { return rc.Secret(text) }

// errStdin is why standard input is not sent.
var errStdin = errors.New("Stdin is disabled by default. Use the --stdin flag to override") //lint:ignore ST1005 a phrase users know

// loadUpload is load for commands that send files.
func (a *app) loadUpload(ctx context.Context, p *args.Parsed) (*settings, error) {
	s, err := a.load(ctx, p, true)
	if err != nil {
		return nil, err
	}
	s.name, s.qr, s.copy, s.dryRun = p.Text("name"), p.On("qr"), p.On("copy"), p.On("dry-run")
	s.stdin = s.stdin || p.On("stdin")
	if v := p.Text("ttl"); v != "" {
		if s.TTL, err = rc.ParseTTL(v); err != nil {
			return nil, coded(exitUsage, err)
		}
	}
	if v := p.Text("comments"); v != "" {
		s.Comments = v
	}
	if v := p.Text("password"); v != "" {
		s.protect(v)
	}
	s.askPass = p.On("p")
	s.sources(p)
	return s, nil
}

// protect sets login and password of a text like login:password; without login it is plik.
func (s *settings) protect(text string) {
	login, password, ok := strings.Cut(text, ":")
	if !ok || login == "" {
		login, password = "plik", text
	}
	s.Login, s.Password = login, secret(password)
}

// sources sets what becomes of files before they are sent.
func (s *settings) sources(p *args.Parsed) {
	s.mayTar = p.On("a") || p.Has("archive")
	s.noArchive = p.On("no-archive")
	s.Archive = (s.Archive || s.mayTar) && !s.noArchive
	set := func(field *string, name string) {
		if v := p.Text(name); v != "" {
			*field = v
		}
	}
	set(&s.ArchiveMethod, "archive")
	set(&s.ArchiveOptions.Compress, "compress")
	set(&s.ArchiveOptions.Options, "archive-options")
	s.Exclude = append(s.Exclude, p.Texts("exclude")...)
	s.Secure = (s.Secure || p.On("s") || p.Text("secure") != "") && !p.On("not-secure")
	set(&s.SecureMethod, "secure")
	set(&s.SecureOptions.Cipher, "cipher")
	if p.Has("secure-options") {
		s.SecureOptions.Options = p.Text("secure-options")
	}
	if to := p.Texts("recipient"); len(to) > 0 {
		s.SecureOptions.Recipient, s.SecureOptions.Recipients = "", to
	}
	set(&s.given, "passphrase")
}

// ask asks for what the settings leave to be asked: login and password, in the order users know.
func (a *app) ask(ctx context.Context, s *settings) error {
	if !s.askPass {
		return nil
	}
	otherwise := s.Login
	if otherwise == "" {
		otherwise = "plik"
	}
	login, err := a.asker().Word(ctx, "Login ["+otherwise+"]: ")
	if err != nil {
		//lint:ignore ST1005 a phrase users know
		return fmt.Errorf("Unable to get login : %w", err)
	}
	if login == "" {
		login = otherwise
	}
	password, err := a.asker().Secret(ctx, "Password: ")
	if err != nil {
		//lint:ignore ST1005 a phrase users know
		return fmt.Errorf("Unable to get password : %w", err)
	}
	s.Login, s.Password = login, secret(password)
	return nil
}
