package crypt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// Work factors of scrypt, which takes 2^n KiB: that of age where people thought of the
// passphrase, and little where it cannot be guessed anyway.
const (
	typedWork     = 18
	generatedWork = 14
	maxWork       = 20 // of files that are opened: 1 GiB
)

// maxKeyFile bounds files of keys, which are small.
const maxKeyFile = 1 << 20

// ageSealer encrypts in the format age-encryption.org/v1.
type ageSealer struct {
	recipients []age.Recipient
	command    string
}

func newAge(o Options) (*ageSealer, error) {
	if len(o.Recipients) > 0 {
		return newAgeRecipients(o.Recipients)
	}
	if err := checkPassphrase(o.Passphrase); err != nil {
		return nil, err
	}
	r, err := age.NewScryptRecipient(o.Passphrase)
	if err != nil {
		return nil, fmt.Errorf("age: %w", err)
	}
	r.SetWorkFactor(typedWork)
	if o.Generated {
		r.SetWorkFactor(generatedWork)
	}
	// The program asks for the passphrase, and takes none in any other way.
	return &ageSealer{recipients: []age.Recipient{&inTurn{Recipient: r}}, command: "age --decrypt"}, nil
}

// inTurn lets one derivation run at a time, for its memory.
type inTurn struct {
	mu sync.Mutex
	age.Recipient
}

func (t *inTurn) Wrap(key []byte) ([]*age.Stanza, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.Recipient.Wrap(key)
}

// WrapWithLabels says that a passphrase goes with no other recipient.
func (t *inTurn) WrapWithLabels(key []byte) ([]*age.Stanza, []string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r, ok := t.Recipient.(age.RecipientWithLabels); ok {
		return r.WrapWithLabels(key)
	}
	s, err := t.Recipient.Wrap(key)
	return s, nil, err
}

func newAgeRecipients(texts []string) (*ageSealer, error) {
	s := &ageSealer{}
	identity := ""
	for _, text := range texts {
		keys := []string{strings.TrimSpace(text)}
		if !isRecipient(keys[0]) {
			content, err := readKeyFile(text)
			if err != nil {
				return nil, fmt.Errorf("%q is neither a recipient of age nor a file of them : %w", text, err)
			}
			keys = recipientLines(content)
			if len(keys) == 0 {
				return nil, fmt.Errorf("there is no recipient of age in the file %q", text)
			}
		}
		for _, key := range keys {
			r, file, err := parseRecipient(key)
			if err != nil {
				return nil, fmt.Errorf("invalid recipient %.40q : %w", key, err)
			}
			if identity == "" {
				identity = file
			}
			s.recipients = append(s.recipients, r)
		}
	}
	s.command = "age --decrypt -i " + identity
	return s, nil
}

func isRecipient(text string) bool {
	return strings.HasPrefix(text, "age1") || strings.HasPrefix(text, "ssh-")
}

// recipientLines returns the keys of a file like one for "age -R".
func recipientLines(content []byte) []string {
	var keys []string
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			keys = append(keys, line)
		}
	}
	return keys
}

// parseRecipient reads one key, and says in which file who can open it probably has the other
// half.
func parseRecipient(text string) (r age.Recipient, identity string, err error) {
	switch {
	case strings.HasPrefix(text, "ssh-"):
		r, err = agessh.ParseRecipient(text)
		if strings.HasPrefix(text, "ssh-rsa") {
			return r, "~/.ssh/id_rsa", err
		}
		return r, "~/.ssh/id_ed25519", err
	case strings.HasPrefix(text, "age1"):
		list, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil || len(list) != 1 {
			return nil, "", errors.New("it is no public key of age")
		}
		return list[0], "key.txt", nil
	}
	return nil, "", errors.New("expecting age1…, ssh-ed25519 … or ssh-rsa …")
}

func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err == nil && len(content) > maxKeyFile {
		err = errors.New("it is too large")
	}
	return content, err
}

func (s *ageSealer) Command() string { return s.command }

func (s *ageSealer) Seal(ctx context.Context, w io.Writer) (io.WriteCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("age: %w", err)
	}
	out, err := age.Encrypt(w, s.recipients...)
	if err != nil {
		return nil, fmt.Errorf("age: %w", err)
	}
	return &guarded{ctx, out}, nil
}

// openAge decrypts; asking for the passphrase happens when the file wants one.
func openAge(r io.Reader, o OpenOptions) (io.Reader, error) {
	ids := []age.Identity{&askedIdentity{o}}
	for _, path := range o.Identities {
		content, err := readKeyFile(path)
		if err != nil {
			return nil, fmt.Errorf("unable to read the key : %w", err)
		}
		more, err := parseIdentities(path, content, o)
		if err != nil {
			return nil, fmt.Errorf("unable to read the key %s : %w", path, err)
		}
		ids = append(ids, more...)
	}
	out, err := age.Decrypt(r, ids...)
	if err != nil {
		if none, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
			if len(none.StanzaTypes) > 0 && none.StanzaTypes[0] == "scrypt" {
				return nil, fmt.Errorf("age: %w", ErrPassphrase)
			}
			return nil, fmt.Errorf("age: %w", ErrNoKey)
		}
		return nil, fmt.Errorf("age: %w", err)
	}
	return out, nil
}

// askedIdentity is the passphrase, which is asked for late.
type askedIdentity struct{ o OpenOptions }

func (a *askedIdentity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != "scrypt" {
		return nil, age.ErrIncorrectIdentity
	}
	p, err := a.o.passphrase("Passphrase")
	if err != nil {
		return nil, err
	}
	id, err := age.NewScryptIdentity(p)
	if err != nil {
		return nil, err
	}
	id.SetMaxWorkFactor(maxWork)
	return id.Unwrap(stanzas)
}

// parseIdentities reads a file of secret keys of age, or an SSH key.
func parseIdentities(path string, content []byte, o OpenOptions) ([]age.Identity, error) {
	if !bytes.HasPrefix(content, []byte("-----BEGIN")) {
		return age.ParseIdentities(bytes.NewReader(content))
	}
	id, err := agessh.ParseIdentity(content)
	if missing, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok && missing.PublicKey != nil && o.Ask != nil {
		id, err = agessh.NewEncryptedSSHIdentity(missing.PublicKey, content, func() ([]byte, error) {
			p, err := o.Ask("Passphrase of " + path)
			return []byte(p), err
		})
	}
	return []age.Identity{id}, err
}
