package archive

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	maxPart = 1024     // longest part of a path, in bytes; as long as a file name of Plik may be
	maxDir  = 16 << 10 // longest directory of a path, in bytes; a zip file can hold 64 KiB
	maxExt  = 16       // longest end of a name, with its dot, that counts as its extension
	unnamed = "unnamed"
	// counterLen is room for the " (n)" that makes a name unique.
	counterLen = 16
)

// SafeNames returns a name for each of names that any system can extract, in their
// order: relative, of valid UTF-8, separated by single slashes only, with no "..", no
// character that Windows refuses (drive letters and alternate streams need one), no
// control or text direction characters, no device name, no dot or space at the end of a
// part. They are unique, also where case and Unicode form do not count, and none is a
// directory of another. Names that are so already stay, unless they come up again: the
// second "a.txt" is "a (1).txt". SafeNames of its own result is the same.
func SafeNames(names []string) []string {
	out := make([]string, len(names))
	keys := make([]string, len(names))
	taken := make(map[string]bool, len(names))
	fold := cases.Fold()
	for i, name := range names {
		out[i] = safeName(name)
		keys[i] = key(fold, out[i])
		takeDirs(taken, keys[i])
	}

	var again []int
	for i, k := range keys {
		if taken[k] {
			again = append(again, i)
			continue
		}
		taken[k] = true
	}
	next := make(map[string]int)
	for _, i := range again {
		stem, ext := splitForCounter(out[i])
		counter := key(fold, stem+ext)
		k := keys[i]
		for taken[k] {
			next[counter]++
			out[i] = stem + " (" + strconv.Itoa(next[counter]) + ")" + ext
			k = key(fold, out[i])
		}
		taken[k] = true
	}
	return out
}

// takeDirs takes every directory of the path k.
func takeDirs(taken map[string]bool, k string) {
	for {
		i := strings.LastIndexByte(k, '/')
		if i < 0 || taken[k[:i]] {
			return
		}
		k = k[:i]
		taken[k] = true
	}
}

// key returns what is the same for names that some file system takes for the same. It
// goes further than any of them: ﬁ and fi, ß and ss, ı and i are one.
func key(fold cases.Caser, name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		return strings.ToLower(name) // the same, faster
	}
	return norm.NFKC.String(fold.String(strings.ToUpper(norm.NFKD.String(name))))
}

// safeName makes one name safe.
func safeName(name string) string {
	var parts []string
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part = safePart(part); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return unnamed
	}
	base := parts[len(parts)-1]
	dir := strings.Join(parts[:len(parts)-1], "/")
	if dir == "" || len(dir) > maxDir {
		return base
	}
	return dir + "/" + base
}

// safePart makes one part of a path safe. What has nothing left is empty.
func safePart(part string) string {
	part = strings.ToValidUTF8(part, "_")
	part = strings.Map(replaceUnsafe, part)
	part = trimEnd(cut(trimEnd(part), maxPart))
	if isDevice(part) {
		part = trimEnd(cut("_"+part, maxPart))
	}
	return part
}

// replaceUnsafe replaces what Windows refuses in names, and what does not print but
// changes how names are shown.
func replaceUnsafe(r rune) rune {
	switch r {
	case '<', '>', ':', '"', '|', '?', '*':
		return '_'
	}
	if unicode.IsControl(r) || r > unicode.MaxASCII && unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
		return '_'
	}
	return r
}

// trimEnd removes dots and spaces at the end, which Windows drops.
func trimEnd(s string) string {
	return strings.TrimRightFunc(s, func(r rune) bool { return r == '.' || unicode.IsSpace(r) })
}

// isDevice tells whether Windows takes part for a device, as it does whatever the extension.
func isDevice(part string) bool {
	base, _, _ := strings.Cut(part, ".")
	base = strings.ToUpper(norm.NFKC.String(strings.TrimSpace(base))) // COM¹ is COM1
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	rest, ok := strings.CutPrefix(base, "COM")
	if !ok {
		rest, ok = strings.CutPrefix(base, "LPT")
	}
	return ok && len(rest) == 1 && rest[0] >= '0' && rest[0] <= '9'
}

// splitExt cuts a name before its extension, if it has one.
func splitExt(name string) (stem, ext string) {
	i := strings.LastIndexByte(name, '.')
	if i <= strings.LastIndexByte(name, '/')+1 || len(name)-i > maxExt {
		return name, ""
	}
	return name[:i], name[i:]
}

// splitForCounter cuts a path before its extension, and its name so that a counter fits between.
func splitForCounter(path string) (stem, ext string) {
	at := strings.LastIndexByte(path, '/') + 1
	stem, ext = splitExt(path[at:])
	return path[:at] + cut(stem, maxPart-counterLen-len(ext)), ext
}

// cut shortens name to n bytes at most, keeping its extension and whole characters.
func cut(name string, n int) string {
	if len(name) <= n {
		return name
	}
	stem, ext := splitExt(name)
	n -= len(ext)
	for n > 0 && !isStart(stem[n]) {
		n--
	}
	return stem[:n] + ext
}

// isStart tells whether b starts a character in UTF-8.
func isStart(b byte) bool { return b&0xC0 != 0x80 }
