package password

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
)

// isMD5 tells whether stored has the form of Plik 1.3: 32 lower-case hexadecimal digits.
func isMD5(stored string) bool {
	if len(stored) != 2*md5.Size {
		return false
	}
	for _, c := range []byte(stored) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// equalMD5 tells whether stored is the MD5 of the base64 text of "login:password".
func equalMD5(stored, login, password string) bool {
	text := base64.StdEncoding.EncodeToString([]byte(login + ":" + password))
	sum := md5.Sum([]byte(text))
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(stored)) == 1
}
