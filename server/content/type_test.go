package content_test

import (
	"mime"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/content"
)

const (
	text   = "text/plain; charset=utf-8"
	binary = "application/octet-stream"
)

func TestServedType(t *testing.T) {
	t.Parallel()
	for want, all := range map[string][]string{
		text: {
			"text/html", "text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml", "html", "text/x-server-parsed-html",
			"image/svg+xml", "IMAGE/SVG+XML", " image/svg+xml ; charset=utf-8", "image/svg", "image/svg-xml", "image/x.svg",
			"text/xml; charset=utf-8", "application/xml", "application/xml-dtd", "application/rss+xml", "application/mathml+xml", "image/foo+xml",
			"audio/x+xml", "text/xsl", "application/xslt+xml", "application/rdf+xml", "application/vnd.mozilla.xul+xml",
			"text/javascript", "application/javascript", "application/x-javascript", "text/javascript1.5", "text/jscript", "text/livescript",
			"text/x-ecmascript", "application/ecmascript", "text/vbscript", "text/css", "application/x-css", "text/x-component",
			"text/cache-manifest", "application/manifest+json", "application/x-web-app-manifest+json", "application/importmap+json",
			"application/speculationrules+json", "application/ld+json", "text/event-stream", "text/markdown", "text/csv", "text/calendar",
			"text/plain; charset=utf-8", "text/plain; charset=UTF-8", `text/plain; charset="utf-8"; x=y`, "text/x-shellscript",
		},
		binary: {
			"", " ", "x", "/", "text", "text/", "/plain", "text/plain/x", "a b/c", "text/plain\r\nX: y", "image/png\x00", "image/é", "*/*", "image/*",
			"image/svg%2bxml", ";", "application/pdf", "application/x-pdf", "text/pdf", "application/x-shockwave-flash", "video/flash", "application/vnd.adobe.flash.movie",
			"application/wasm", "application/java-archive", "application/java-vm", "application/x-java-jnlp-file", "application/x-java-applet",
			"application/x-xpinstall", "application/x-chrome-extension", "application/x-ms-application", "application/hta", "application/x-silverlight-app",
			"application/x-apple-aspen-config", "application/x-x509-ca-cert", "application/webbundle", "application/signed-exchange;v=b3",
			"multipart/x-mixed-replace; boundary=x", "multipart/related", "message/rfc822", "message/http", "model/gltf-binary", "chemical/x-pdb",
			"application/x-mimearchive", "application/x-msdownload", "application/unheard-of", "application/octet-stream; x=y",
			"text/plain; charset=utf-8; charset=utf-7", "image/" + strings.Repeat("x", 128),
		},
		"text/plain": {
			"text/plain", "text/plain; charset=utf-7", "text/plain; charset=iso-2022-jp", "text/plain; charset=iso-8859-17",
			"text/plain; charset=iso-8859-01", "text/plain; format=flowed", "text/plain; =", "text/plain;",
		},
		"text/plain; charset=utf-16le":            {"text/plain; charset=utf-16le", "Text/Plain;charset=UTF-16LE"},
		"text/plain; charset=iso-8859-1":          {"text/plain; charset=ISO-8859-1"},
		"image/png":                               {"image/png", "image/PNG", "image/png; x=y"},
		"image/vnd.microsoft.icon":                {"image/vnd.microsoft.icon"},
		"video/webm":                              {`video/webm; codecs="vp8, vorbis"`},
		"audio/mpeg":                              {"audio/mpeg"},
		"font/woff2":                              {"font/woff2"},
		"application/json":                        {"application/json", "application/json; charset=utf-8"},
		"application/zip":                         {"application/zip"},
		"application/x-gzip":                      {"application/x-gzip"},
		"application/ogg":                         {"application/ogg"},
		"application/postscript":                  {"application/postscript"},
		"application/vnd.oasis.opendocument.text": {"application/vnd.oasis.opendocument.text"},
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": {
			"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		},
	} {
		for _, stored := range all {
			require.Equal(t, want, content.ServedType(stored), "%q", stored)
		}
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                "",
		"hello":                           text,
		"<html>":                          "text/html; charset=utf-8",
		"\x89PNG\x0D\x0A\x1A\x0A":         "image/png",
		"\x00\x01\x02":                    binary,
		strings.Repeat("a", 512) + "\x00": text,
	} {
		require.Equal(t, want, content.Detect([]byte(in)))
	}
}

func FuzzServedType(f *testing.F) {
	for _, seed := range []string{"", "image/svg+xml", "text/html\r\nX: y", "text/plain; charset=\"utf-8\"", "application/x-\u212a", "a/b; c*0=d"} {
		f.Add(seed)
	}
	valid := regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*(; charset=(utf|iso)-[0-9a-z-]+)?$`)
	f.Fuzz(func(t *testing.T, stored string) {
		got := content.ServedType(stored)
		full, _, err := mime.ParseMediaType(got)
		if err != nil || !valid.MatchString(got) {
			t.Fatalf("%q is served as %q: %v", stored, got, err)
		}
		major, minor, _ := strings.Cut(full, "/")
		switch major {
		case "text":
			if minor != "plain" {
				t.Fatalf("%q is served as %q", stored, got)
			}
		case "image", "audio", "video", "font":
			if strings.Contains(minor, "svg") || strings.Contains(minor, "xml") {
				t.Fatalf("%q is served as %q", stored, got)
			}
		case "application":
		default:
			t.Fatalf("%q is served as %q", stored, got)
		}
		if again := content.ServedType(got); again != got {
			t.Fatalf("%q is served as %q, and that as %q", stored, got, again)
		}
	})
}
