package content

import (
	"net/http"
	"strings"
)

const (
	// userContentPolicy leaves a document of a stranger nothing it could do: no script,
	// no form, no origin of its own, nothing from elsewhere. Style is for the documents
	// that browsers make around an image, which would not be centred.
	userContentPolicy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
	// mediaPolicy is for what browsers make a player around: Chromium has the player ask
	// for the file across origins, and be refused, unless it keeps its own.
	mediaPolicy = userContentPolicy + " allow-same-origin"
	// strictPolicy is that of Plik 1.3 with EnhancedWebSecurity, unchanged.
	strictPolicy = "default-src 'none'; script-src 'none'; style-src 'none'; img-src 'none'; connect-src 'none'; " +
		"font-src 'none'; object-src 'none'; media-src 'self'; child-src 'none'; form-action 'none'; " +
		"frame-ancestors 'none'; plugin-types; sandbox"
)

// SecurityHeaders sets the headers that every response with the content of a stranger
// has to carry, errors and partial ones among them. Call it when the Content-Type is in
// h: without one of audio or video, players that browsers open do not play. strict
// (EnhancedWebSecurity) lets no page frame the content, not even those of this site,
// and browsers show an image plainly and play nothing when it is opened by itself.
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
	if isPlayed(h.Get("Content-Type")) {
		h.Set("Content-Security-Policy", mediaPolicy)
	} else {
		h.Set("Content-Security-Policy", userContentPolicy)
	}
}

// isPlayed tells whether browsers play the type, which is one ServedType returned.
func isPlayed(contentType string) bool {
	return strings.HasPrefix(contentType, "audio/") || strings.HasPrefix(contentType, "video/") ||
		contentType == "application/ogg"
}
