// Package relay hands streams from the daemon that has the sender to the one that its receiver asked.
package relay

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/root-gg/plik/server/core"
)

const (
	scheme = "Plik-Relay "
	// skew is how far the clocks of two machines may be apart, and how long a signature is good.
	skew = 2 * time.Minute
)

// Key signs what daemons on one database ask of each other. It is safe for concurrent use.
type Key []byte

// Sign adds to r that a daemon with the key asks for a file at that time.
func (k Key) Sign(r *http.Request, upload core.UploadID, file core.FileID, now time.Time) {
	at := strconv.FormatInt(now.Unix(), 10)
	r.Header.Set("Authorization", scheme+at+"."+k.mac(at, upload, file))
}

// Verify tells whether a daemon with the key made the request, lately. Without a key nobody did.
func (k Key) Verify(r *http.Request, upload core.UploadID, file core.FileID, now time.Time) bool {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), scheme)
	at, mac, found := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if !ok || !found || err != nil || len(k) == 0 {
		return false
	}
	if d := now.Sub(time.Unix(seconds, 0)); d > skew || d < -skew {
		return false
	}
	return hmac.Equal([]byte(mac), []byte(k.mac(at, upload, file)))
}

func (k Key) mac(at string, upload core.UploadID, file core.FileID) string {
	h := hmac.New(sha256.New, k)
	fmt.Fprintf(h, "relay\n%s\n%s\n%s", at, upload, file)
	return hex.EncodeToString(h.Sum(nil))
}
