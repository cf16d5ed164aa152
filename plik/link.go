package plik

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Link is what the address of something on a server says.
type Link struct {
	Server      string // URL of the server, without a / at its end
	UploadID    string
	FileID      string // empty: the whole upload
	FileName    string // with FileID
	Archive     bool   // a zip of the upload is asked for
	UploadToken string // with the right to change the upload, if not empty
	Login       string // written into the address
	Password    string
}

// ParseLink reads the addresses that a server hands out: of the page of an upload ("https://h/#/?id=…"), of a file
// ("https://h/file/…/…/name", or /stream/) and of an archive ("https://h/archive/…/name.zip").
func ParseLink(text string) (*Link, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the address, which may hold secrets
		}
		return nil, fmt.Errorf("invalid address : %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("invalid address, it has to begin with http:// or https:// and the name of a server")
	}
	l := &Link{}
	if u.User != nil {
		l.Login = u.User.Username()
		l.Password, _ = u.User.Password()
	}
	prefix, err := l.parsePath(u.EscapedPath())
	if err != nil {
		return nil, err
	}
	if l.UploadID == "" {
		if err := l.parseFragment(u.Fragment); err != nil {
			return nil, err
		}
	}
	server := url.URL{Scheme: u.Scheme, Host: u.Host}
	l.Server = server.String() + strings.TrimRight(prefix, "/")
	return l, nil
}

// parsePath reads the path of a file or of an archive and returns what is before it.
func (l *Link) parsePath(path string) (prefix string, err error) {
	s := strings.Split(path, "/")
	get := func(i int) string {
		v, unescaped := url.PathUnescape(s[i])
		if unescaped != nil {
			err = fmt.Errorf("invalid address : %w", unescaped)
		}
		return v
	}
	n := len(s)
	switch {
	case n >= 4 && (s[n-4] == "file" || s[n-4] == "stream") && s[n-3] != "" && s[n-2] != "" && s[n-1] != "":
		l.UploadID, l.FileID, l.FileName = get(n-3), get(n-2), get(n-1)
		n -= 4
	case n >= 3 && s[n-3] == "archive" && s[n-2] != "":
		l.UploadID, l.Archive = get(n-2), true
		n -= 3
	}
	if err == nil && (odd(l.UploadID) || odd(l.FileID)) {
		err = errNoUpload
	}
	return strings.Join(s[:n], "/"), err
}

var errNoUpload = errors.New("invalid address, it names no upload")

// odd tells what cannot be an id.
func odd(id string) bool { return strings.ContainsAny(id, "/\\?#\x00") || id == "." || id == ".." }

// parseFragment reads what the web page keeps after the #.
func (l *Link) parseFragment(fragment string) error {
	_, query, ok := strings.Cut(fragment, "?")
	if !ok {
		return errNoUpload
	}
	v, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("invalid address : %w", err)
	}
	l.UploadID, l.UploadToken = v.Get("id"), v.Get("uploadToken")
	if l.UploadID == "" || odd(l.UploadID) {
		return errNoUpload
	}
	return nil
}
