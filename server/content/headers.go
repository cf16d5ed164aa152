package content

import "net/http"

const (
	// userContentPolicy leaves a document of a stranger nothing it could do: no script,
	// no form, no origin of its own, nothing from elsewhere. The documents a browser
	// makes to show an image or play a file load that file only.
	userContentPolicy = "default-src 'none'; img-src 'self'; media-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
	// strictPolicy is that of Plik 1.3 with EnhancedWebSecurity, unchanged.
	strictPolicy = "default-src 'none'; script-src 'none'; style-src 'none'; img-src 'none'; connect-src 'none'; " +
		"font-src 'none'; object-src 'none'; media-src 'self'; child-src 'none'; form-action 'none'; " +
		"frame-ancestors 'none'; plugin-types; sandbox"
)

// SecurityHeaders sets the headers that every response with the content of a stranger
// has to carry, errors and partial ones among them. strict (EnhancedWebSecurity) shows
// no images either, and lets no page frame the content, not even those of this site.
func SecurityHeaders(h http.Header, strict bool) {
	h.Set("X-Content-Type-Options", "nosniff")
	// The address of a file is what gives access to it: no other site gets to see it.
	h.Set("Referrer-Policy", "same-origin")
	if strict {
		h.Set("X-XSS-Protection", "1; mode=block")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", strictPolicy)
		return
	}
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Security-Policy", userContentPolicy)
}
