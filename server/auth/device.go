package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/root-gg/plik/server/core"
)

const (
	deviceID   = 26 // characters of a device's id, as rand.Text makes it: 128 bits
	maxDevices = 4  // cookies of one request that are looked at
)

// NewDevice returns a value for SetDevice: it proves later that this browser has logged in as the
// user before. It is no login; it lets the owner try when strangers have used up the tries
// that a name has.
func (s *Sessions) NewDevice(uid core.UserID) string {
	id := rand.Text()
	return id + "." + s.deviceMAC(uid, id)
}

// Device returns the id of the device a request comes from, if it has logged in as the user
// before.
func (s *Sessions) Device(r *http.Request, uid core.UserID) (id string, ok bool) {
	for i, c := range r.CookiesNamed(DeviceCookie) {
		if i == maxDevices {
			break
		}
		id, mac, found := strings.Cut(c.Value, ".")
		if !found || len(id) != deviceID || len(mac) != hex.EncodedLen(sha256.Size) {
			continue
		}
		if hmac.Equal([]byte(mac), []byte(s.deviceMAC(uid, id))) {
			return id, true
		}
	}
	return "", false
}

func (s *Sessions) deviceMAC(uid core.UserID, id string) string {
	h := hmac.New(sha256.New, s.device)
	h.Write([]byte(string(uid) + "\x00" + id))
	return hex.EncodeToString(h.Sum(nil))
}
