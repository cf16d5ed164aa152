package rc

import (
	"errors"
	"net/url"
	"strings"
)

// ParseURL returns the address of a server as the rest of plik wants it: with http:// if there
// was no scheme, and no slash at its end. A path is kept, for servers that have one; what
// follows a # is not, so that the address of a page can be pasted.
func ParseURL(text string) (string, error) {
	text = strings.TrimSpace(text)
	text, _, _ = strings.Cut(text, "#")
	if text == "" {
		return "", errors.New("the address of the server is empty")
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", errors.New("it is no address of a server, expecting one like https://plik.example.org")
	}
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("the address of a server begins with http:// or https://")
	case u.Hostname() == "":
		return "", errors.New("there is no host in the address of the server")
	case u.RawQuery != "" || u.ForceQuery:
		return "", errors.New("there is a ? in the address of the server")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// redact returns an address without the password that may be in it.
func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return mask
	}
	return u.Redacted()
}
