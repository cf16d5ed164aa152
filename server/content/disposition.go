package content

import "strings"

// Disposition returns the Content-Disposition of a file (RFC 6266): attachment, or
// inline. It is ASCII without control characters whatever name is. mime.ParseMediaType
// and browsers read name from it as it is, where it is valid UTF-8; older clients that
// know filename alone read one made safe, in which _ stands for what is not printable
// ASCII and for what they are known to misread: quotes, backslashes, percent signs.
func Disposition(name string, attachment bool) string {
	var b strings.Builder
	if attachment {
		b.WriteString("attachment")
	} else {
		b.WriteString("inline")
	}
	if name == "" {
		return b.String()
	}
	name = strings.ToValidUTF8(name, "\uFFFD")
	fallback := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
	b.WriteString(`; filename="` + fallback + `"`)
	if fallback != name || strings.ContainsAny(name, "()<>@,;:/[]?={}") {
		b.WriteString("; filename*=UTF-8''")
		writeExtended(&b, name)
	}
	return b.String()
}

// writeExtended writes s as RFC 8187 has it: all but its attr-char percent-encoded.
func writeExtended(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			strings.IndexByte("!#$&+-.^_`|~", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
}
