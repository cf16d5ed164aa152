package config

import (
	"regexp"
	"strings"
)

// masked returns a copy of a backend table with everything secret replaced.
func masked(table map[string]any) map[string]any {
	out := make(map[string]any, len(table))
	for key, value := range table {
		out[key] = maskedValue(key, value)
	}
	return out
}

// maskedValue returns what may be shown of the value of a key of a backend table.
func maskedValue(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		return masked(v)
	case []map[string]any:
		out := make([]map[string]any, len(v))
		for i := range v {
			out[i] = masked(v[i])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = maskedValue(key, v[i])
		}
		return out
	case string:
		return maskedText(key, v)
	}
	if looksSecret(key) {
		return mask
	}
	return value
}

func maskedText(key, text string) string {
	switch {
	case text == "":
		return text
	case looksSecret(key):
		return mask
	}
	return maskPasswords(text)
}

// looksSecret tells whether a key of a backend table is named like one that holds a secret.
func looksSecret(key string) bool {
	name := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key))
	if strings.HasSuffix(name, "keyfile") {
		return false // the path of one
	}
	for _, part := range []string{"secret", "password", "passwd", "passphrase", "apikey", "accesskey", "privatekey", "token", "ssekey", "encryptionkey"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// maskPasswords replaces the passwords in a connection string: scheme://user:password@host,
// user:password@tcp(host), and password=... in keywords or in a query. When in doubt it
// replaces more than the password.
func maskPasswords(text string) string {
	keyword := regexp.MustCompile(`(?i)((?:pass|passwd|password|pwd)\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)`)
	text = keyword.ReplaceAllString(text, "${1}"+mask)
	scheme := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`).FindString(text)
	userinfo := regexp.MustCompile(`(?s)^([^:/@]*:).*@`)
	return scheme + userinfo.ReplaceAllString(text[len(scheme):], "${1}"+mask+"@")
}

// holdsMask tells whether a secret of a table is what masked makes of one.
func holdsMask(table map[string]any) bool {
	for key, value := range table {
		switch v := value.(type) {
		case map[string]any:
			if holdsMask(v) {
				return true
			}
		case string:
			// A mask is in the place of a secret if something else there would be masked.
			other := strings.ReplaceAll(v, mask, "other")
			if other != v && maskedText(key, other) != other {
				return true
			}
		}
	}
	return false
}
