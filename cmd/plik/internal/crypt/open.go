package crypt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// OpenOptions are what opens a file. Only what its method takes is looked at.
type OpenOptions struct {
	// Passphrase is tried where the file wants one. If it is empty, Ask is called for one.
	Passphrase string
	// Ask, if set, returns what a person answers to a prompt, without echo.
	Ask func(prompt string) (string, error)
	// Identities are files of secret keys: those of age, SSH keys without or with passphrase.
	Identities []string
	// SecretKeys are files of secret keys of OpenPGP as "gpg --export-secret-keys" writes them,
	// armored or not.
	SecretKeys []string
	// Cipher, Args and Program are for openssl, as in Options. They must be those of the
	// sealer, for such a file does not tell.
	Cipher  string
	Args    string
	Program string
}

// Errors of opening, beside ErrPassphrase.
var (
	ErrNotEncrypted = errors.New("the file is not encrypted in any way that is known")
	ErrNoPassphrase = errors.New("the file takes a passphrase")
	ErrNoKey        = errors.New("none of the keys opens the file")
)

func (o OpenOptions) passphrase(prompt string) (string, error) {
	if o.Passphrase != "" {
		return o.Passphrase, nil
	}
	if o.Ask == nil {
		return "", ErrNoPassphrase
	}
	p, err := o.Ask(prompt)
	if err == nil && p == "" {
		err = ErrNoPassphrase
	}
	return p, err
}

// Open returns the content of the encrypted file that r holds; its method is told by how it
// begins. What was read is to be trusted only once the reader has returned io.EOF, and with
// openssl not even then: nothing there proves that the file was not changed.
//
// The reader must be closed, and read to its end or closed before r is used otherwise.
func Open(ctx context.Context, r io.Reader, o OpenOptions) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(&reader{ctx, r}, chunk)
	head, err := in.Peek(HeadSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("unable to read the encrypted file : %w", err)
	}
	m, ok := Detect(head)
	if !ok {
		return nil, ErrNotEncrypted
	}
	var out io.Reader
	switch m {
	case OpenSSL:
		return openOpenSSLFile(ctx, in, o)
	case PGP:
		out, err = openPGP(in, o)
	case Age:
		out, err = openAge(dearmor(in, head), o)
	}
	if err != nil {
		return nil, err
	}
	return io.NopCloser(out), nil
}

func openOpenSSLFile(ctx context.Context, in io.Reader, o OpenOptions) (io.ReadCloser, error) {
	r, err := parseRecipe(o.Cipher, o.Args)
	if err != nil {
		return nil, err
	}
	program, err := opensslProgram(r, o.Program)
	if err != nil {
		return nil, err
	}
	p, err := o.passphrase("Passphrase")
	if err != nil {
		return nil, err
	}
	if err := checkPassphrase(p); err != nil {
		return nil, err
	}
	if program != "" {
		return openOpenSSL(ctx, program, r, p, in)
	}
	out, err := openNative(r, p, in)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(out), nil
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
