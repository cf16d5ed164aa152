package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/root-gg/plik/cmd/plik/internal/crypt"
)

// seal is the encryption of an upload.
type seal struct {
	crypt.Sealer
	method     crypt.Method
	passphrase string // "" when recipients open it
}

// newSeal returns the encryption that the settings ask for, nil for none. It says a passphrase that it made up.
func (a *app) newSeal(ctx context.Context, s *settings) (*seal, error) {
	if !s.Secure {
		return nil, nil
	}
	so := s.SecureOptions
	o := crypt.Options{Recipients: so.Recipients, Keyring: so.Keyring, Cipher: so.Cipher, Args: so.Options, Program: so.Openssl}
	if so.Recipient != "" {
		o.Recipients = append([]string{so.Recipient}, o.Recipients...)
	}
	m := crypt.Method(s.SecureMethod)
	switch {
	case m == crypt.Age && len(o.Recipients) > 0, m == crypt.PGP:
	case m == crypt.Age, m == crypt.OpenSSL:
		var err error
		if o.Passphrase, err = a.passphrase(ctx, s); err != nil {
			//lint:ignore ST1005 a phrase users know
			return nil, fmt.Errorf("Unable to configure crypto backend : %w", err)
		}
		o.Generated = s.generated
	default:
		return nil, usage("Unable to initialize crypto backend : Invalid crypto backend")
	}
	sealer, err := crypt.New(m, o)
	if err != nil {
		//lint:ignore ST1005 a phrase users know
		return nil, fmt.Errorf("Unable to configure crypto backend : %w", err)
	}
	return &seal{sealer, m, o.Passphrase}, nil
}

// passphrase returns the one that was given or is asked for, else one that is made up and said: among the results,
// but where those are for programs.
func (a *app) passphrase(ctx context.Context, s *settings) (string, error) {
	switch s.given {
	case "-":
		return a.asker().Secret(ctx, "Please enter a passphrase : ")
	case "":
		p := crypt.NewPassphrase()
		s.generated = true
		if s.json {
			return p, nil
		}
		var w io.Writer = a.out
		if s.Quiet {
			w = a.err
		}
		_, err := fmt.Fprintln(w, "Passphrase : "+p)
		return p, err
	}
	return s.given, nil
}

// wrap returns a reader of r encrypted, which closes r. moved is told how much of r was read.
func (s *seal) wrap(ctx context.Context, r io.ReadCloser, moved func(n int64)) io.ReadCloser {
	return &sealed{ReadCloser: written(ctx, func(ctx context.Context, w io.Writer) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		out, err := s.Seal(ctx, w)
		if err != nil {
			return err
		}
		if _, err = io.CopyBuffer(struct{ io.Writer }{out}, &counted{r: r, moved: moved}, make([]byte, 256<<10)); err != nil {
			cancel() // what is sealed so far must not end well
			out.Close()
			return err
		}
		return out.Close()
	}), inner: r}
}

type sealed struct {
	io.ReadCloser
	inner io.Closer
}

func (s *sealed) Close() error {
	err := s.ReadCloser.Close()
	if inner := s.inner.Close(); err == nil {
		err = inner
	}
	return err
}

// counted counts what is read.
type counted struct {
	r     io.Reader
	n     int64
	moved func(n int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.moved != nil && n > 0 {
		c.moved(c.n)
	}
	return n, err
}
