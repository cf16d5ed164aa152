package archive

import (
	"fmt"
	"path"
	"strings"
)

// exclude is a pattern of names to leave out.
type exclude struct {
	pattern  string
	anywhere bool // matches from the start of any part on, else from that of the name
}

func (e exclude) check() error {
	if _, err := path.Match(e.pattern, ""); err != nil || e.pattern == "" {
		return fmt.Errorf("invalid pattern %q to exclude", e.pattern)
	}
	return nil
}

// match tells whether the member called name is left out.
func (e exclude) match(name string, dir bool) bool {
	if !e.anywhere { // as zip, to which a directory is a name that ends with a slash
		if dir {
			name += "/"
		}
		return glob(e.pattern, name)
	}
	for {
		if glob(e.pattern, name) {
			return true
		}
		_, rest, more := strings.Cut(name, "/")
		if !more {
			return false
		}
		name = rest
	}
}

// glob tells whether all of name matches the pattern, in time that grows with the product of
// their lengths at most. Only stars are retried, and only the last one.
func glob(pattern, name string) bool {
	p, n := 0, 0
	star, mark := -1, 0
	for n < len(name) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, n
			p++
			continue
		}
		if pw, nw, ok := one(pattern[p:], name[n:]); ok {
			p, n = p+pw, n+nw
			continue
		}
		if star < 0 {
			return false
		}
		mark++
		p, n = star+1, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// one matches the first element of pattern, no star, with the first character of name, and
// returns the bytes each takes.
func one(pattern, name string) (pw, nw int, ok bool) {
	if pattern == "" {
		return 0, 0, false
	}
	pw = 1
	switch pattern[0] {
	case '\\':
		pw = min(2, len(pattern))
	case '[':
		for pw < len(pattern) && (pattern[pw] != ']' || pw == 1 || pw == 2 && pattern[1] == '^') {
			if pattern[pw] == '\\' {
				pw++
			}
			pw++
		}
		pw = min(pw+1, len(pattern))
	case '?':
	default:
		return 1, 1, pattern[0] == name[0]
	}
	nw = 1
	for nw < len(name) && name[nw]&0xc0 == 0x80 {
		nw++
	}
	element := pattern[:pw]
	if name[:nw] == "/" { // which path.Match keeps apart
		return pw, nw, element == "?" || element == `\/`
	}
	ok, err := path.Match(element, name[:nw])
	return pw, nw, ok && err == nil
}

// parseArgs splits the options of an archiver and takes out the excludes. understood is false
// when there is any other option.
func parseArgs(kind Kind, text string) (args []string, excludes []exclude, understood bool) {
	args = strings.Fields(text)
	for i := 0; i < len(args); i++ {
		pattern, ok := strings.CutPrefix(args[i], "--exclude=")
		switch {
		case ok && kind == Tar:
		case args[i] == "--exclude" || kind == Zip && args[i] == "-x":
			if i++; i == len(args) {
				return args, nil, false
			}
			pattern = args[i]
		default:
			return args, nil, false
		}
		e := exclude{pattern: pattern, anywhere: kind == Tar}
		if e.check() != nil || strings.HasPrefix(pattern, "-") || kind == Zip && pattern == "@" {
			return args, nil, false
		}
		excludes = append(excludes, e)
	}
	return args, excludes, true
}
