package crypt

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// Method is a way to encrypt.
type Method string

// The methods.
const (
	OpenSSL Method = "openssl"
	PGP     Method = "pgp"
	Age     Method = "age"
)

// Sealer encrypts. It may be used for many files, by many goroutines at once.
type Sealer interface {
	// Seal returns a writer of what is to be encrypted to w. Its Close writes the end and leaves
	// w open; without it, or when it fails, w holds nothing that opens. Whoever gives up cancels
	// ctx, and Close then only cleans up.
	Seal(ctx context.Context, w io.Writer) (io.WriteCloser, error)
	// Command is the command that decrypts its standard input, quoted for a POSIX shell. It
	// contains the passphrase if openssl is to open it, which has no better way in a pipe.
	Command() string
}

// Options are the choices for encryption. Each method reads its own.
type Options struct {
	// Passphrase is for openssl, and for age without recipients.
	Passphrase string
	// Generated says that the passphrase is one of NewPassphrase, which need no slow
	// derivation of their key: age then takes 16 MiB a file for it and not 256 MiB.
	Generated bool
	// Recipients are for pgp the text to find the one key with, its address best, and for age
	// any number of keys (age1…, ssh-ed25519 …, ssh-rsa …) and of files with such keys.
	Recipients []string
	// Keyring is the file with the public keys of pgp: binary, armored or a keybox, "" for
	// pubring.gpg in $GNUPGHOME or ~/.gnupg. One called pubring.gpg that is not there is looked
	// for as pubring.kbx, which newer versions of GnuPG have.
	Keyring string
	// Cipher, Args and Program are for openssl: the name of the cipher, options for "openssl
	// enc" split at white space, and the program. It is run when it is neither "" nor
	// DefaultOpenSSL, and for ciphers and options that are not built in.
	Cipher  string
	Args    string
	Program string
}

// Defaults where nobody chose anything.
const (
	DefaultCipher  = "aes-256-cbc"
	DefaultArgs    = "-md sha512 -pbkdf2 -iter 120000"
	DefaultOpenSSL = "/usr/bin/openssl"
)

// New returns the Sealer of a method. The options are checked here, keys are read here, so that
// nothing is sent when they are no good.
func New(m Method, o Options) (Sealer, error) {
	switch m {
	case OpenSSL:
		return newOpenSSL(o)
	case PGP:
		return newPGP(o)
	case Age:
		return newAge(o)
	}
	return nil, fmt.Errorf("invalid crypto backend %q, expecting age, openssl or pgp", string(m))
}

// HeadSize is how many bytes Detect wants of a file.
const HeadSize = 64

// Detect returns the method of a file by how it begins.
func Detect(head []byte) (Method, bool) {
	for _, known := range []struct {
		prefix string
		m      Method
	}{
		{"age-encryption.org/", Age},
		{"-----BEGIN AGE ENCRYPTED FILE-----", Age},
		{"-----BEGIN PGP MESSAGE-----", PGP},
		{saltedMagic, OpenSSL},
		{"U2FsdGVkX1", OpenSSL}, // the same in base64
	} {
		if bytes.HasPrefix(head, []byte(known.prefix)) {
			return known.m, true
		}
	}
	return "", false
}

// guarded is a writer that fails once ctx has ended.
type guarded struct {
	ctx context.Context
	io.WriteCloser
}

func (g *guarded) Write(p []byte) (int, error) {
	if err := context.Cause(g.ctx); err != nil {
		return 0, err
	}
	return g.WriteCloser.Write(p)
}

func (g *guarded) Close() error {
	if err := context.Cause(g.ctx); err != nil {
		return err
	}
	return g.WriteCloser.Close()
}
