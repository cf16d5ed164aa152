package content

import (
	"errors"
	"mime"
	"strconv"
	"strings"
)

const (
	plainText   = "text/plain; charset=utf-8"
	octetStream = "application/octet-stream"
	maxType     = 127 // longest type or subtype, in bytes (RFC 6838)
)

// ServedType returns the content type that a file of the given stored or declared type
// is served as. It is a valid header value whatever stored is, and never a type that a
// browser runs, or parses as markup, style or script: such text is text/plain, the rest
// is application/octet-stream. So is what cannot be parsed and what is not known to be
// harmless. Parameters are dropped, but for the charset of text/plain.
func ServedType(stored string) string {
	lower := strings.ToLower(stored)
	switch {
	case strings.Contains(lower, "html"):
		return plainText
	case strings.Contains(lower, "flash"), strings.Contains(lower, "pdf"):
		return octetStream
	}
	full, params, err := mime.ParseMediaType(stored)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return octetStream
	}
	major, minor, ok := strings.Cut(full, "/")
	if !ok || !isTypeName(major) || !isTypeName(minor) {
		return octetStream
	}
	switch major {
	case "text":
		return servedText(minor, params["charset"])
	case "image", "audio", "video", "font":
		return servedMedia(full, minor)
	case "application":
		return servedApplication(full, minor)
	}
	// multipart and message are MHTML for some, model holds XML: nothing is shown of them.
	return octetStream
}

// servedText serves every text as plain text.
func servedText(minor, charset string) string {
	if minor != "plain" {
		return plainText
	}
	charset = strings.ToLower(charset)
	if !isSafeCharset(charset) {
		return "text/plain"
	}
	return "text/plain; charset=" + charset
}

// servedMedia passes what is shown or played, but not as a document of markup.
func servedMedia(full, minor string) string {
	if isActive(minor) {
		return plainText
	}
	return full
}

// servedApplication passes what is known to be harmless.
func servedApplication(full, minor string) string {
	switch {
	case isHarmless(minor):
		return full
	case isActive(minor):
		return plainText
	}
	return octetStream
}

// isActive tells whether minor names text that some browser acts upon, or may one day:
// import maps and web manifests are kinds of JSON.
func isActive(minor string) bool {
	for _, part := range []string{"xml", "svg", "xsl", "script", "css", "manifest", "json"} {
		if strings.Contains(minor, part) {
			return true
		}
	}
	return false
}

// isHarmless tells whether application/minor is data that browsers hand on as a file,
// play, or show as text.
func isHarmless(minor string) bool {
	switch minor {
	case "octet-stream", "json", "ogg", "mp4", "x-mpegurl", "vnd.apple.mpegurl",
		"zip", "x-zip-compressed", "gzip", "x-gzip", "x-tar", "x-gtar", "x-bzip", "x-bzip2", "x-xz", "zstd",
		"x-zstd", "x-lzip", "x-lzma", "x-7z-compressed", "vnd.rar", "x-rar-compressed", "x-rar",
		"x-iso9660-image", "x-cpio", "x-debian-package", "vnd.debian.binary-package", "x-rpm",
		"vnd.android.package-archive", "x-apple-diskimage",
		"msword", "vnd.ms-excel", "vnd.ms-powerpoint", "vnd.ms-outlook", "vnd.visio", "rtf", "epub+zip",
		"x-mobipocket-ebook", "postscript", "vnd.ms-fontobject", "font-woff", "x-font-ttf",
		"pgp-encrypted", "pgp-signature", "pgp-keys", "age", "vnd.sqlite3", "x-sqlite3", "x-bittorrent",
		"x-parquet", "vnd.apache.parquet", "dicom", "x-hdf5":
		return true
	}
	return strings.HasPrefix(minor, "vnd.openxmlformats-officedocument.") ||
		strings.HasPrefix(minor, "vnd.oasis.opendocument.")
}

// isTypeName tells whether s is a restricted name of RFC 6838.
func isTypeName(s string) bool {
	if s == "" || len(s) > maxType {
		return false
	}
	for i, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case i > 0 && strings.IndexByte("!#$&-^_.+", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// isSafeCharset tells whether text in this charset reads the same for all who may look
// at it: no charset that switches alphabets in mid-text.
func isSafeCharset(charset string) bool {
	switch charset {
	case "utf-8", "utf-16", "utf-16le", "utf-16be":
		return true
	}
	part, ok := strings.CutPrefix(charset, "iso-8859-")
	n, err := strconv.Atoi(part)
	return ok && err == nil && n >= 1 && n <= 16 && strconv.Itoa(n) == part
}
