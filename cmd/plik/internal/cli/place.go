package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/root-gg/plik/cmd/plik/internal/archive"
	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/crypt"
	"github.com/root-gg/plik/cmd/plik/internal/term"
)

// opener opens encrypted files.
type opener struct {
	crypt.OpenOptions
	leave bool // as they are
	keys  bool // something to open them with was given
}

func (a *app) opener(ctx context.Context, s *settings, p *args.Parsed) (*opener, error) {
	so := s.SecureOptions
	o := &opener{leave: p.On("no-decrypt"), OpenOptions: crypt.OpenOptions{
		Passphrase: s.given, Identities: p.Texts("identity"), SecretKeys: p.Texts("secret-key"),
		Cipher: so.Cipher, Args: so.Options, Program: so.Openssl,
	}}
	if v := p.Text("passphrase"); v != "" {
		o.Passphrase = v
	}
	if v := p.Text("cipher"); v != "" {
		o.Cipher = v
	}
	if p.Has("secure-options") {
		o.Args = p.Text("secure-options")
	}
	if o.Passphrase == "-" {
		var err error
		if o.Passphrase, err = a.asker().Secret(ctx, "Please enter a passphrase : "); err != nil {
			return nil, fmt.Errorf("unable to get the passphrase : %w", err)
		}
	}
	o.keys = o.Passphrase != "" || len(o.Identities) > 0 || len(o.SecretKeys) > 0
	if term.Is(a.in) {
		o.Ask = func(prompt string) (string, error) {
			p, err := a.asker().Secret(ctx, prompt+" : ")
			o.Passphrase = p // for the other files
			return p, err
		}
	}
	return o, nil
}

// wants tells whether a file that begins with head is to be decrypted.
func (o *opener) wants(head []byte) bool {
	_, encrypted := crypt.Detect(head)
	return encrypted && !o.leave && (o.keys || o.Ask != nil)
}

// place makes of the bytes that were fetched what was asked for.
func (g *fetching) place(ctx context.Context, j *job) error {
	sealed, err := g.root.Open(j.raw)
	if err != nil {
		return err
	}
	defer sealed.Close()
	head := make([]byte, crypt.HeadSize)
	n, err := io.ReadFull(sealed, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if method, ok := crypt.Detect(head[:n]); ok && !g.open.leave && !g.open.wants(head[:n]) && !g.s.Quiet {
		g.note("note: %s is encrypted with %s and left so, --passphrase, --identity or --secret-key open it", j.name, method)
	}
	if g.open.wants(head[:n]) {
		if _, err := sealed.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := g.decrypt(ctx, sealed, j); err != nil {
			return fmt.Errorf("%w (what was fetched is in %s)", err, filepath.Join(g.dir, j.raw))
		}
	} else if err := g.root.Rename(j.raw, j.name); err != nil {
		return err
	}
	path := filepath.Join(g.dir, j.name)
	if g.p.On("extract") && archive.IsArchive(j.name) {
		if err := g.extract(ctx, j); err != nil {
			return fmt.Errorf("%w (the archive is in %s)", err, path)
		}
		path = g.dir
	}
	m := j.f.Metadata()
	g.got = append(g.got, gotFile{Name: j.name, Path: path, MD5: m.Md5, Size: m.Size})
	return nil
}

// decrypt writes the content of a file under its name, all or nothing.
func (g *fetching) decrypt(ctx context.Context, sealed io.Reader, j *job) error {
	content, err := crypt.Open(ctx, sealed, g.open.OpenOptions)
	if err != nil {
		return err
	}
	defer content.Close()
	part := j.name + ".opened"
	out, err := g.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{content}, make([]byte, 256<<10))
	if err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = g.root.Rename(part, j.name)
	}
	if err != nil {
		return errors.Join(err, g.root.Remove(part))
	}
	return g.root.Remove(j.raw)
}

func (g *fetching) extract(ctx context.Context, j *job) error {
	f, err := g.root.Open(j.name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = archive.Extract(ctx, f, g.dir, archive.ExtractOptions{Overwrite: g.p.On("force"), Warn: func(text string) {
		if !g.s.Quiet {
			g.note("note: %s", text)
		}
	}})
	if err != nil {
		return fmt.Errorf("unable to unpack %s : %w", term.Line(j.name), err)
	}
	return g.root.Remove(j.name)
}

// toStdout writes the one file there is to standard output.
func (g *fetching) toStdout(ctx context.Context) error {
	if len(g.p.Operands) != 1 || g.p.On("extract") {
		return usage("standard output takes one file, and no --extract")
	}
	t, err := g.target(g.s, g.p, g.p.Operands[0])
	if err != nil {
		return err
	}
	_, u, err := g.fetch(ctx, t, true)
	if err != nil {
		return err
	}
	files, err := t.wanted(u)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return usage(fmt.Sprintf("standard output takes one file, the upload has %d", len(files)))
	}
	return g.copyOut(ctx, files[0])
}
