package core

import (
	"crypto/rand"
	"time"
)

// DeviceLogin is a program that asks to act for whoever confirms its code in a browser (after the
// device authorization grant, RFC 8628).
type DeviceLogin struct {
	ID       string // SHA-256 of the secret that the program asks with, in hex
	UserCode string // that the user confirms
	Comment  string // what the program says of itself
	RemoteIP string // where it is

	UserID UserID // who decided; empty: nobody yet
	Token  string // what it gets; empty once decided: the user said no

	CreatedAt time.Time
	ExpireAt  time.Time
}

// userCodeLetters are hard to mistake, and spell no words (RFC 8628, section 6.1).
const userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// NewUserCode returns a fresh random code of 8 letters (34 bits), with a dash: "WDJB-MJHT".
func NewUserCode() string {
	out := make([]byte, 0, 9)
	var b [1]byte
	for len(out) < 9 {
		if len(out) == 4 {
			out = append(out, '-')
			continue
		}
		rand.Read(b[:]) // never fails, see crypto/rand
		if b[0] < 240 { // 12*20: each letter is equally likely
			out = append(out, userCodeLetters[b[0]%20])
		}
	}
	return string(out)
}
