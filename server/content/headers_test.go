package content_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/content"
)

const policy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'self'; sandbox"

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]string{
		"":                         policy,
		"text/plain":               policy,
		"image/png":                policy,
		"application/octet-stream": policy,
		"audio/mpeg":               policy + " allow-same-origin",
		"video/webm":               policy + " allow-same-origin",
		"application/ogg":          policy + " allow-same-origin",
	} {
		h := http.Header{"Content-Type": {contentType}, "Content-Security-Policy": {"default-src *"}, "X-Frame-Options": {"ALLOWALL"}}
		content.SecurityHeaders(h, false)
		require.Empty(t, cmp.Diff(http.Header{
			"Content-Type":            {contentType},
			"X-Content-Type-Options":  {"nosniff"},
			"X-Frame-Options":         {"SAMEORIGIN"},
			"Referrer-Policy":         {"same-origin"},
			"Content-Security-Policy": {want},
		}, h), contentType)

		content.SecurityHeaders(h, true)
		require.Empty(t, cmp.Diff(http.Header{
			"Content-Type":           {contentType},
			"X-Content-Type-Options": {"nosniff"},
			"X-Xss-Protection":       {"1; mode=block"},
			"X-Frame-Options":        {"DENY"},
			"Referrer-Policy":        {"same-origin"},
			"Content-Security-Policy": {"default-src 'none'; script-src 'none'; style-src 'none'; img-src 'none'; connect-src 'none'; font-src 'none'; " +
				"object-src 'none'; media-src 'self'; child-src 'none'; form-action 'none'; frame-ancestors 'none'; plugin-types; sandbox"},
		}, h), contentType)
	}
}

// No policy lets a document run anything, and only players keep their origin.
func TestPoliciesAreInert(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"", "text/plain", "video/webm"} {
		for _, strict := range []bool{false, true} {
			h := http.Header{"Content-Type": {contentType}}
			content.SecurityHeaders(h, strict)
			directives := make(map[string]string)
			for directive := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
				require.NotContains(t, directives, name, "only the first of a directive counts")
				directives[name] = value
			}
			require.Equal(t, "'none'", directives["default-src"])
			require.Contains(t, []string{"", "'none'"}, directives["script-src"])
			require.Equal(t, "'none'", directives["form-action"])
			require.Contains(t, directives, "frame-ancestors")
			require.Contains(t, directives, "sandbox")
			require.NotContains(t, directives["sandbox"], "allow-scripts")
			if contentType != "video/webm" {
				require.Empty(t, directives["sandbox"])
			}
		}
	}
}
