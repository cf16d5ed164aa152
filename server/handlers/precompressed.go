package handlers

import (
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

// precompressed are the codings of files that lie compressed beside the plain ones, the best first.
var precompressed = []struct{ coding, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

// choose opens what the web app has of name in the best coding that the client takes, and says so in head.
func (s *files) choose(r *http.Request, head http.Header, name string) (fs.File, fs.FileInfo, string, error) {
	if s.page && r.Header.Get("Range") == "" {
		for _, p := range precompressed {
			f, info, err := open(s.fsys, name+p.ending)
			if err != nil {
				continue
			}
			head.Set("Vary", "Accept-Encoding")
			if accepts(r, p.coding) {
				head.Set("Content-Encoding", p.coding)
				return f, info, name + p.ending, nil
			}
			f.Close()
		}
	}
	f, info, err := open(s.fsys, name)
	return f, info, name, err
}

// accepts tells whether the client names coding in Accept-Encoding, RFC 9110 section 12.5.3. A "*" is
// not taken for it: what asks so loosely may not know Brotli.
func accepts(r *http.Request, coding string) bool {
	for _, header := range r.Header.Values("Accept-Encoding") {
		for item := range strings.SplitSeq(header, ",") {
			name, params, _ := strings.Cut(item, ";")
			if !strings.EqualFold(strings.TrimSpace(name), coding) {
				continue
			}
			q, found := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q=")
			if !found {
				return true
			}
			weight, err := strconv.ParseFloat(q, 64)
			return err == nil && weight > 0
		}
	}
	return false
}
