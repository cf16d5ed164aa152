package crypt

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
)

// maxKeyring bounds what is read of a keyring.
const maxKeyring = 256 << 20

// defaultKeyring returns where GnuPG has the public keys.
func defaultKeyring() (string, error) {
	dir := os.Getenv("GNUPGHOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("unable to find your GnuPG keyring : %w", err)
		}
		dir = filepath.Join(home, ".gnupg")
	}
	return filepath.Join(dir, "pubring.gpg"), nil
}

// readKeyring reads public keys. The first words of its errors are known to users.
//

func readKeyring(path string) (openpgp.EntityList, error) {
	f, err := os.Open(path)
	if box, ok := strings.CutSuffix(path, "pubring.gpg"); ok && errors.Is(err, fs.ErrNotExist) {
		if other, boxErr := os.Open(filepath.Clean(box + "pubring.kbx")); boxErr == nil {
			f, err = other, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("GnuPG Keyring %s not found on your system", path)
	}
	if err != nil {
		//lint:ignore ST1005 users know the phrase
		return nil, fmt.Errorf("Fail to open your GnuPG keyring : %w", err)
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, maxKeyring))
	var keys openpgp.EntityList
	if err == nil {
		keys, err = parseKeys(content)
	}
	if err != nil {
		//lint:ignore ST1005 users know the phrase
		return nil, fmt.Errorf("Fail to read your GnuPG keyring : %w", err)
	}
	return keys, nil
}

// parseKeys reads keys in any form: armored, a keybox, or one after the other.
func parseKeys(content []byte) (openpgp.EntityList, error) {
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(content), []byte("-----BEGIN PGP")):
		return openpgp.ReadArmoredKeyRing(bytes.NewReader(content))
	case len(content) >= 12 && string(content[8:12]) == "KBXf":
		return parseKeybox(content)
	}
	return openpgp.ReadKeyRing(bytes.NewReader(content))
}

// parseKeybox reads the file that GnuPG 2.1 and later have their public keys in: blobs with
// their length, type and, for OpenPGP, where their keyblock is. Keys that cannot be read are
// left out, unless there are no others.
func parseKeybox(content []byte) (openpgp.EntityList, error) {
	const headSize, openPGPBlob = 16, 2
	var keys openpgp.EntityList
	var bad error
	for len(content) >= headSize {
		size := binary.BigEndian.Uint32(content)
		if size < headSize || uint64(size) > uint64(len(content)) {
			return nil, errors.New("the keybox is damaged")
		}
		blob := content[:size]
		content = content[size:]
		if blob[4] != openPGPBlob {
			continue
		}
		start, length := binary.BigEndian.Uint32(blob[8:]), binary.BigEndian.Uint32(blob[12:])
		if uint64(start)+uint64(length) > uint64(size) {
			return nil, errors.New("the keybox is damaged")
		}
		more, err := openpgp.ReadKeyRing(bytes.NewReader(blob[start : start+length]))
		if err != nil {
			bad = err
		}
		keys = append(keys, more...)
	}
	if len(keys) == 0 && bad != nil {
		return nil, bad
	}
	return keys, nil
}

// findKey returns the one key whose name or address contains text, in any case, or whose
// fingerprint ends with it.
//

func findKey(keys openpgp.EntityList, text string) (*openpgp.Entity, error) {
	var found []*openpgp.Entity
	var exact []*openpgp.Entity
	for _, e := range keys {
		matches, whole := matchKey(e, text)
		if matches {
			found = append(found, e)
		}
		if whole {
			exact = append(exact, e)
		}
	}
	if len(exact) == 1 {
		found = exact
	}
	switch len(found) {
	case 0:
		//lint:ignore ST1005 users know the phrase
		return nil, fmt.Errorf("No key found for input '%s' in your keyring", text)
	case 1:
		return found[0], nil
	}
	var list strings.Builder
	for _, e := range found {
		list.WriteString("\n\t-" + describe(e))
	}
	//lint:ignore ST1005 users know the phrase
	return nil, fmt.Errorf("There are %d keys that match your search :%s", len(found), list.String())
}

// matchKey tells whether a key is meant by text, and whether by all of its address or its
// fingerprint.
func matchKey(e *openpgp.Entity, text string) (matches, whole bool) {
	fingerprint := hex.EncodeToString(e.PrimaryKey.Fingerprint)
	id := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(text, " ", ""), "0x"))
	if len(id) >= 8 && strings.HasSuffix(fingerprint, id) {
		return true, id == fingerprint
	}
	for _, i := range e.Identities {
		if i.UserId == nil {
			continue
		}
		if strings.EqualFold(i.UserId.Email, text) {
			return true, true
		}
		for _, part := range []string{i.UserId.Name, i.UserId.Email, i.Name} {
			matches = matches || strings.Contains(strings.ToLower(part), strings.ToLower(text))
		}
	}
	return matches, false
}

// describe names a key by its first identity.
func describe(e *openpgp.Entity) string {
	if i := e.PrimaryIdentity(); i != nil {
		return i.Name
	}
	if names := slices.Sorted(maps.Keys(e.Identities)); len(names) > 0 {
		return names[0]
	}
	return e.PrimaryKey.KeyIdString()
}
