package auth

import (
	"crypto/subtle"
	"net/http"

	"github.com/root-gg/plik/server/core"
)

// XSRFHeader is where a request shows that a script of our page made it.
const XSRFHeader = "X-XSRFToken"

// CheckXSRF refuses a request that a session's cookie came with, and that may change
// something, but that some other site may have made: KindForbidden.
func CheckXSRF(r *http.Request, s Session) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	token := r.Header.Get(XSRFHeader)
	if token == "" {
		return core.E(core.KindForbidden, "xsrf_missing", "missing xsrf header")
	}
	if s.XSRF == "" || subtle.ConstantTimeCompare([]byte(token), []byte(s.XSRF)) != 1 {
		return core.E(core.KindForbidden, "xsrf_invalid", "invalid xsrf header")
	}
	return nil
}
