package crypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

// The format of "openssl enc": this, the salt, then the ciphertext.
const (
	saltedMagic = "Salted__"
	saltSize    = 8
)

// chunk is how much is encrypted or decrypted at once.
const chunk = 64 << 10

// sealNative writes the format of "openssl enc".
func sealNative(r recipe, passphrase string, w io.Writer) (io.WriteCloser, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	block, iv, err := r.block(passphrase, salt)
	if err != nil {
		return nil, err
	}
	out := &encWriter{w: w, buf: make([]byte, 0, chunk)}
	if r.base64 {
		out.text = newTextWriter(w, r.oneLine)
		out.w = out.text
	}
	if r.stream {
		ctr := cipher.NewCTR(block, iv)
		out.crypt = func(p []byte) { ctr.XORKeyStream(p, p) }
	} else {
		cbc := cipher.NewCBCEncrypter(block, iv)
		out.crypt, out.pad = func(p []byte) { cbc.CryptBlocks(p, p) }, true
	}
	_, out.err = out.w.Write(append([]byte(saltedMagic), salt...))
	return out, out.err
}

func (r recipe) block(passphrase string, salt []byte) (cipher.Block, []byte, error) {
	key, iv, err := r.derive(passphrase, salt, aes.BlockSize)
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, fmt.Errorf("aes: %w", err)
	}
	return block, iv, nil
}

// encWriter collects chunks, encrypts and writes them.
type encWriter struct {
	w     io.Writer
	text  *textWriter // not nil for base64
	crypt func([]byte)
	pad   bool
	buf   []byte
	err   error
}

func (e *encWriter) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) && e.err == nil {
		n := min(len(p)-done, chunk-len(e.buf))
		e.buf = append(e.buf, p[done:done+n]...)
		done += n
		if len(e.buf) == chunk {
			e.flush()
		}
	}
	return done, e.err
}

func (e *encWriter) flush() {
	e.crypt(e.buf)
	_, e.err = e.w.Write(e.buf)
	e.buf = e.buf[:0]
}

var errClosed = errors.New("crypt: closed already")

func (e *encWriter) Close() error {
	if e.err != nil {
		return e.err
	}
	if e.pad { // PKCS#7, RFC 5652 section 6.3; there is always room below a full chunk
		n := aes.BlockSize - len(e.buf)%aes.BlockSize
		for range n {
			e.buf = append(e.buf, byte(n))
		}
	}
	e.flush()
	if e.err == nil && e.text != nil {
		e.err = e.text.Close()
	}
	err := e.err
	if err == nil {
		e.err = errClosed
	}
	return err
}

// openNative reads the format of "openssl enc".
func openNative(r recipe, passphrase string, from io.Reader) (io.Reader, error) {
	if r.base64 {
		from = base64.NewDecoder(base64.StdEncoding, from)
	}
	head := make([]byte, len(saltedMagic)+saltSize)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, fmt.Errorf("unable to read the head of the file : %w", err)
	}
	if string(head[:len(saltedMagic)]) != saltedMagic {
		return nil, errors.New("it is not encrypted by openssl")
	}
	block, iv, err := r.block(passphrase, head[len(saltedMagic):])
	if err != nil {
		return nil, err
	}
	if r.stream {
		return cipher.StreamReader{S: cipher.NewCTR(block, iv), R: from}, nil
	}
	return &decReader{r: from, cbc: cipher.NewCBCDecrypter(block, iv), buf: make([]byte, chunk)}, nil
}

// decReader decrypts whole blocks, of which it holds the last one back for its padding.
type decReader struct {
	r    io.Reader
	cbc  cipher.BlockMode
	buf  []byte
	out  []byte // decrypted, not read yet
	keep [aes.BlockSize]byte
	kept bool
	err  error
}

func (d *decReader) Read(p []byte) (int, error) {
	for len(d.out) == 0 && d.err == nil {
		d.fill()
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	if n == 0 && len(p) > 0 {
		return 0, d.err
	}
	return n, nil
}

// fill decrypts another chunk, after the block that was kept of the one before.
func (d *decReader) fill() {
	start := 0
	if d.kept {
		start = copy(d.buf, d.keep[:])
	}
	n, err := io.ReadFull(d.r, d.buf[start:])
	end := start + n
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		d.err = err
		return
	}
	if n%aes.BlockSize != 0 {
		d.err = ErrPassphrase
		return
	}
	d.cbc.CryptBlocks(d.buf[start:end], d.buf[start:end])
	if err == nil {
		d.kept = true
		copy(d.keep[:], d.buf[end-aes.BlockSize:end])
		d.out = d.buf[:end-aes.BlockSize]
		return
	}
	d.out, d.err = unpad(d.buf[:end])
}

// unpad takes the padding off what ends the plaintext.
func unpad(p []byte) ([]byte, error) {
	if len(p) == 0 {
		return nil, ErrPassphrase
	}
	n := int(p[len(p)-1])
	if n < 1 || n > aes.BlockSize || n > len(p) {
		return nil, ErrPassphrase
	}
	for _, b := range p[len(p)-n:] {
		if int(b) != n {
			return nil, ErrPassphrase
		}
	}
	return p[:len(p)-n], io.EOF
}
