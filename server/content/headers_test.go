package content_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/content"
)

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		strict bool
		want   http.Header
	}{
		{false, http.Header{
			"X-Content-Type-Options": {"nosniff"},
			"X-Frame-Options":        {"SAMEORIGIN"},
			"Referrer-Policy":        {"same-origin"},
			"Content-Security-Policy": {"default-src 'none'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; " +
				"frame-ancestors 'self'; sandbox"},
		}},
		{true, http.Header{
			"X-Content-Type-Options": {"nosniff"},
			"X-Xss-Protection":       {"1; mode=block"},
			"X-Frame-Options":        {"DENY"},
			"Referrer-Policy":        {"same-origin"},
			"Content-Security-Policy": {"default-src 'none'; script-src 'none'; style-src 'none'; img-src 'none'; connect-src 'none'; font-src 'none'; " +
				"object-src 'none'; media-src 'self'; child-src 'none'; form-action 'none'; frame-ancestors 'none'; plugin-types; sandbox"},
		}},
	} {
		h := http.Header{"Content-Security-Policy": {"default-src *"}, "X-Frame-Options": {"ALLOWALL"}}
		content.SecurityHeaders(h, c.strict)
		require.Empty(t, cmp.Diff(c.want, h))
	}
}

// Either policy keeps a document from running anything and from having an origin.
func TestPoliciesAreInert(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		h := make(http.Header)
		content.SecurityHeaders(h, strict)
		policy := make(map[string]string)
		for directive := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
			require.NotContains(t, policy, name, "only the first of a directive counts")
			policy[name] = value
		}
		require.Equal(t, "'none'", policy["default-src"])
		require.Contains(t, []string{"", "'none'"}, policy["script-src"])
		sandbox, ok := policy["sandbox"]
		require.True(t, ok)
		require.Empty(t, sandbox, "nothing is allowed back")
		require.Equal(t, "'none'", policy["form-action"])
		require.Contains(t, policy, "frame-ancestors")
	}
}
