package crypt

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age/armor"
	"github.com/ProtonMail/go-crypto/openpgp"
	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// pgpSealer encrypts to one key, as an armored message of RFC 9580.
type pgpSealer struct{ to *openpgp.Entity }

func newPGP(o Options) (*pgpSealer, error) {
	if len(o.Recipients) == 0 || o.Recipients[0] == "" {
		//lint:ignore ST1005 users know the phrase
		return nil, errors.New("No PGP recipient specified (--recipient Bob or Recipient param in section [SecureOptions] of .plikrc)")
	}
	if len(o.Recipients) > 1 {
		return nil, errors.New("pgp takes one recipient")
	}
	keyring, err := o.Keyring, error(nil)
	if keyring == "" {
		if keyring, err = defaultKeyring(); err != nil {
			return nil, err
		}
	}
	keys, err := readKeyring(keyring)
	if err != nil {
		return nil, err
	}
	e, err := findKey(keys, o.Recipients[0])
	if err != nil {
		return nil, err
	}
	if _, ok := e.EncryptionKey(time.Now()); !ok {
		return nil, fmt.Errorf("the key of %s cannot encrypt, it may have expired or be revoked", describe(e))
	}
	return &pgpSealer{e}, nil
}

func (*pgpSealer) Command() string { return "gpg -d" }

func (s *pgpSealer) Seal(ctx context.Context, w io.Writer) (io.WriteCloser, error) {
	buf := bufio.NewWriterSize(w, chunk) // for the armor is written line by line
	text, err := pgparmor.Encode(buf, "PGP MESSAGE", nil)
	if err != nil {
		return nil, fmt.Errorf("pgp: %w", err)
	}
	config := &packet.Config{DefaultCipher: packet.CipherAES256, DefaultCompressionAlgo: packet.CompressionNone}
	out, err := openpgp.Encrypt(text, []*openpgp.Entity{s.to}, nil, &openpgp.FileHints{IsBinary: true}, config)
	if err != nil {
		return nil, fmt.Errorf("pgp: %w", err)
	}
	return &guarded{ctx, &pgpWriter{out, text, buf}}, nil
}

type pgpWriter struct {
	io.WriteCloser

	text io.WriteCloser
	buf  *bufio.Writer
}

func (p *pgpWriter) Close() error {
	if err := p.WriteCloser.Close(); err != nil {
		return fmt.Errorf("pgp: %w", err)
	}
	if err := p.text.Close(); err != nil {
		return fmt.Errorf("pgp: %w", err)
	}
	_ = p.buf.WriteByte('\n') // which the armor does not end with; Flush repeats its error
	if err := p.buf.Flush(); err != nil {
		return fmt.Errorf("pgp: %w", err)
	}
	return nil
}

// maxTries is how often a person may answer for the passphrase of a key.
const maxTries = 3

func openPGP(r io.Reader, o OpenOptions) (io.Reader, error) {
	var keys openpgp.EntityList
	for _, path := range o.SecretKeys {
		content, err := readKeyFile(path)
		if err != nil {
			return nil, fmt.Errorf("unable to read the key : %w", err)
		}
		more, err := parseKeys(content)
		if err != nil {
			return nil, fmt.Errorf("unable to read the key %s : %w", path, err)
		}
		keys = append(keys, more...)
	}
	block, err := pgparmor.Decode(r)
	if err != nil {
		return nil, fmt.Errorf("pgp: %w", err)
	}
	tries, guessed := 0, false
	md, err := openpgp.ReadMessage(block.Body, keys, func(locked []openpgp.Key, symmetric bool) ([]byte, error) {
		if tries++; tries > maxTries || tries > 1 && o.Passphrase != "" {
			return nil, ErrPassphrase
		}
		if len(locked) == 0 && !symmetric {
			return nil, ErrNoKey
		}
		p, err := o.passphrase("Passphrase")
		if err != nil {
			return nil, err
		}
		for _, k := range locked {
			_ = k.PrivateKey.Decrypt([]byte(p)) // else it is asked for again
		}
		guessed = symmetric
		return []byte(p), nil
	}, nil)
	switch {
	case errors.Is(err, ErrNoKey), errors.Is(err, ErrPassphrase), errors.Is(err, ErrNoPassphrase):
		return nil, err
	case errors.Is(err, pgperrors.ErrKeyIncorrect):
		return nil, fmt.Errorf("pgp: %w", ErrNoKey)
	case err != nil && guessed: // a wrong one gives a key of noise, which fails anywhere
		return nil, fmt.Errorf("pgp: %w", ErrPassphrase)
	case err != nil:
		return nil, fmt.Errorf("pgp: %w", err)
	}
	return md.UnverifiedBody, nil
}

// dearmor takes age's armor off, if there is any.
func dearmor(r io.Reader, head []byte) io.Reader {
	if bytes.HasPrefix(head, []byte(armor.Header)) {
		return armor.NewReader(r)
	}
	return r
}
