package core

import "crypto/rand"

const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// NewUploadID returns a fresh random upload id (95 bits).
func NewUploadID() UploadID { return UploadID(RandomText(16)) }

// NewFileID returns a fresh random file id (95 bits).
func NewFileID() FileID { return FileID(RandomText(16)) }

// NewUploadToken returns a fresh secret (190 bits).
func NewUploadToken() string { return RandomText(32) }

// RandomText returns n random characters of [a-zA-Z0-9], each equally likely.
func RandomText(n int) string {
	out := make([]byte, 0, n)
	var buf [64]byte
	for len(out) < n {
		rand.Read(buf[:]) // never fails, see crypto/rand
		for _, b := range buf {
			// 248 = 4*62: dropping what is above keeps every character equally likely.
			if b < 248 && len(out) < n {
				out = append(out, alphabet[b%62])
			}
		}
	}
	return string(out)
}
