package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// magic is how every sealed file begins; no text does.
const magic = "\x93PLIK\r\n"

const version = 1

var (
	// ErrNotSealed says that bytes do not begin as a sealed file does.
	ErrNotSealed = errors.New("it is not a sealed file")
	// ErrDamaged says that bytes are not what was sealed.
	ErrDamaged = errors.New("the sealed file is damaged, or was changed by somebody who does not have its key")
)

// File seals and opens the parts of one file. It is safe for concurrent use.
type File struct {
	header [HeaderSize]byte
	aead   cipher.AEAD
}

// New returns a new file, sealed with k.
func New(k Key) (*File, error) {
	if k.master == nil {
		return nil, errors.New("seal: no key")
	}
	f := &File{}
	at := copy(f.header[:], magic)
	f.header[at] = version
	at += 1 + copy(f.header[at+1:], k.id[:])
	rand.Read(f.header[at:]) // never fails
	return f, f.derive(k)
}

// Parse returns the file that a header of HeaderSize bytes begins. Its errors are ErrNotSealed, a
// *MissingKeyError, and that of a version from the future. The header is authenticated with the first
// thing that is opened.
func Parse(header []byte, keys []Key) (*File, error) {
	if len(header) != HeaderSize || !bytes.HasPrefix(header, []byte(magic)) {
		return nil, ErrNotSealed
	}
	if v := header[len(magic)]; v != version {
		return nil, fmt.Errorf("it is sealed in version %d of the format, this program knows %d: use a newer one", v, version)
	}
	id := header[len(magic)+1:][:idSize]
	for _, k := range keys {
		if k.master != nil && bytes.Equal(id, k.id[:]) {
			f := &File{header: [HeaderSize]byte(header)}
			return f, f.derive(k)
		}
	}
	return nil, &MissingKeyError{ID: hex.EncodeToString(id)}
}

func (f *File) derive(k Key) error {
	salt := f.header[HeaderSize-saltSize:]
	key, err := hkdf.Key(sha256.New, k.secret[:], salt, filePurpose+string(f.header[:]), keySize)
	if err != nil {
		return fmt.Errorf("deriving the key of a file: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err == nil {
		f.aead, err = cipher.NewGCM(block)
	}
	if err != nil {
		return fmt.Errorf("AES-256-GCM: %w", err)
	}
	return nil
}

// Header returns what the file begins with.
func (f *File) Header() []byte { return f.header[:] }

// SealRecord appends a sealed record to dst, which must not overlap plain.
func (f *File) SealRecord(dst []byte, number int64, plain []byte) []byte {
	return f.seal(dst, plain, recordData(number))
}

// OpenRecord opens a record in place. What it returns is part of sealed. On ErrDamaged nothing is
// left of it.
func (f *File) OpenRecord(number int64, sealed []byte) ([]byte, error) {
	return f.open(sealed, recordData(number))
}

// SealFooter appends the footer of a file of size bytes of plaintext to dst.
func (f *File) SealFooter(dst []byte, size int64, name string) []byte {
	return f.seal(dst, nil, footerData(size, name))
}

// CheckFooter returns ErrDamaged unless the file has that size and name.
func (f *File) CheckFooter(footer []byte, size int64, name string) error {
	_, err := f.open(footer, footerData(size, name))
	return err
}

// What is authenticated begins with what it belongs to.
const (
	ofRecord = 'r'
	ofFooter = 'f'
	ofTail   = 't'
)

func recordData(number int64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 9), ofRecord), uint64(number))
}

func footerData(size int64, name string) []byte {
	data := append(make([]byte, 0, 9+len(name)), ofFooter)
	return append(binary.BigEndian.AppendUint64(data, uint64(size)), name...)
}

// seal appends nonce, ciphertext and tag to dst.
func (f *File) seal(dst, plain, data []byte) []byte {
	at := len(dst)
	dst = slices.Grow(dst, len(plain)+Overhead)[:at+nonceSize]
	nonce := dst[at:]
	rand.Read(nonce) // never fails
	return f.aead.Seal(dst, nonce, plain, data)
}

func (f *File) open(sealed, data []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, ErrDamaged
	}
	text := sealed[nonceSize:]
	plain, err := f.aead.Open(text[:0], sealed[:nonceSize], text, data)
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}
