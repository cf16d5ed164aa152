package password

import (
	"encoding/base64"
	"strings"

	"github.com/root-gg/plik/server/core"
)

// ParseBasic returns the credentials of an HTTP Basic Authorization header. The case of
// the scheme does not count, and base64 may be without padding or in the URL alphabet.
// Errors are KindUnauthenticated, and their texts are those of Plik 1.3.
func ParseBasic(header string) (login, password string, err error) {
	if header == "" {
		return "", "", unauthenticated("missing Authorization header")
	}
	scheme, value, ok := strings.Cut(header, " ")
	if !ok || strings.Contains(value, " ") {
		return "", "", unauthenticated("invalid Authorization header")
	}
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", unauthenticated("invalid http authorization scheme")
	}
	pair, err := decode(value)
	if err != nil {
		return "", "", unauthenticated("invalid credentials")
	}
	login, password, ok = strings.Cut(pair, ":")
	if !ok {
		return "", "", unauthenticated("invalid credentials")
	}
	return login, password, nil
}

// decode decodes base64 of any common kind.
func decode(value string) (string, error) {
	value = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(value, "="))
	b, err := base64.RawStdEncoding.DecodeString(value)
	return string(b), err
}

func unauthenticated(text string) error {
	return core.E(core.KindUnauthenticated, "credentials_invalid", "%s", text)
}
