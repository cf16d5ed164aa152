package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/history"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
)

// target is an upload, or a file of one, that a command is about.
type target struct {
	plik.Link
	entry *history.Entry // nil: it was not made here
	s     settings       // for its server
}

// target reads the address or the id of something. Ids are of uploads made here, else of the configured server.
func (a *app) target(s *settings, p *args.Parsed, text string) (*target, error) {
	t := &target{s: *s}
	if strings.Contains(text, "://") {
		link, err := plik.ParseLink(text)
		if err != nil {
			return nil, coded(exitUsage, fmt.Errorf("%s : %w", term.Line(hidePassword(text)), err))
		}
		t.Link = *link
	} else {
		t.Server = s.URL
		t.UploadID, t.FileID, _ = strings.Cut(text, "/")
		if t.UploadID == "" || strings.ContainsAny(text, "?#\\") {
			return nil, usage(fmt.Sprintf("%s is no address and no id of an upload", term.Line(text)))
		}
	}
	if err := a.recall(t, p, strings.Contains(text, "://")); err != nil {
		return nil, err
	}
	t.s.at(t.Server, p)
	if t.Login != "" && t.Password != "" {
		t.s.Login, t.s.Password = t.Login, secret(t.Password)
	}
	if v := p.Text("password"); v != "" {
		t.s.protect(v)
	}
	return t, nil
}

// recall fills in what is known of an upload that was made here.
func (a *app) recall(t *target, p *args.Parsed, address bool) error {
	store, err := history.Open(a.getenv)
	if err != nil {
		return nil // nothing can be known
	}
	server := ""
	if address || p.Text("server") != "" {
		server = t.Server
	}
	e, err := store.Find(server, t.UploadID)
	if errors.Is(err, history.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	if address && e.ID != t.UploadID {
		return nil
	}
	t.entry, t.Server, t.UploadID = e, e.Server, e.ID
	if t.UploadToken == "" {
		t.UploadToken = e.UploadToken
	}
	return nil
}

// hidePassword takes login and password out of an address.
func hidePassword(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	host, path, slash := strings.Cut(rest, "/")
	if i := strings.LastIndex(host, "@"); ok && i >= 0 {
		host = host[i+1:]
	}
	if slash {
		host += "/" + path
	}
	return scheme + "://" + host
}

// at has the settings be for a server. What is secret goes there only if it was meant to.
func (s *settings) at(server string, p *args.Parsed) {
	if s.URL == server {
		return
	}
	s.URL, s.Insecure = server, p.On("insecure")
	s.Token, s.Login, s.Password = secret(p.Text("token")), "", ""
}

// fetch returns the upload of a target, asking for login and password if it is protected and somebody is there.
func (a *app) fetch(ctx context.Context, t *target, ask bool) (*plik.Client, *plik.Upload, error) {
	if ask {
		if err := a.ask(ctx, &t.s); err != nil {
			return nil, nil, err
		}
	}
	c, err := a.client(ctx, &t.s)
	if err != nil {
		return nil, nil, err
	}
	u, err := c.GetUploadWithToken(ctx, t.UploadID, t.UploadToken)
	if e, ok := errors.AsType[*plik.Error](err); ok && e.Status == 401 && !t.s.askPass && ask && term.Is(a.in) {
		t.s.askPass = true
		a.note("The upload is protected.")
		return a.fetch(ctx, t, true)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("unable to get the upload %s : %w", t.UploadID, err)
	}
	if t.UploadToken != "" {
		u.Metadata().UploadToken = t.UploadToken
	}
	return c, u, nil
}

// file returns the file of a target.
func (t *target) file(u *plik.Upload) (*plik.File, error) {
	files := u.Files()
	i := slices.IndexFunc(files, func(f *plik.File) bool {
		m := f.Metadata()
		return m != nil && (m.ID == t.FileID || t.FileID == f.Name)
	})
	if i < 0 {
		return nil, coded(exitNotFound, fmt.Errorf("there is no file %s in the upload %s", t.FileID, t.UploadID))
	}
	return files[i], nil
}
