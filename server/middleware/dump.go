package middleware

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
)

// open are the headers whose values are shown in dumps. What is not known to be harmless
// may be a secret.
var open = map[string]bool{
	"Accept": true, "Accept-Encoding": true, "Accept-Language": true, "Cache-Control": true, "Connection": true,
	"Content-Length": true, "Content-Type": true, "Expect": true, "Host": true, "If-Match": true,
	"If-Modified-Since": true, "If-None-Match": true, "If-Range": true, "If-Unmodified-Since": true, "Origin": true,
	"Pragma": true, "Purpose": true, "Range": true, "Sec-Fetch-Dest": true, "Sec-Fetch-Mode": true,
	"Sec-Fetch-Site": true, "Sec-Purpose": true, "User-Agent": true, "X-Clientapp": true, "X-Clientversion": true,
	"X-Forwarded-For": true, "X-Forwarded-Proto": true, "X-Plik-Oneshot": true, "X-Plik-Removable": true,
	"X-Plik-Stream": true, "X-Plik-Ttl": true, "X-Real-Ip": true,
}

// dump logs a request as it came, its body and everything that may be secret left out.
func dump(log *logrus.Logger, r *http.Request, scope *Scope) {
	var b strings.Builder
	b.WriteString(r.Method + " " + withoutSecret(r.URL.EscapedPath()))
	for _, k := range slices.Sorted(maps.Keys(r.URL.Query())) {
		b.WriteString(" ?" + k)
	}
	b.WriteString(" " + r.Proto + " Host: " + r.Host)
	for _, k := range slices.Sorted(maps.Keys(r.Header)) {
		v := "[set]"
		if open[k] {
			v = strings.Join(r.Header[k], ", ")
		}
		b.WriteString(" | " + k + ": " + v)
	}
	log.WithField("ref", scope.ID).Info("dump: " + b.String())
}

// withoutSecret cuts off of a path what is a secret in it. Nobody has said yet what route it is.
func withoutSecret(path string) string {
	for _, before := range []string{"/tus/", "/me/token/"} {
		if i := strings.Index(path, before); i >= 0 && len(path) > i+len(before) {
			return path[:i+len(before)] + "[set]"
		}
	}
	return path
}
