// Package content says how the content of strangers is served so that no browser runs
// it: under which type, name and headers.
package content

import "net/http"

// Detect returns the content type that the first bytes of a file show; it looks at 512
// of them at most. No bytes have no type: it is empty.
func Detect(head []byte) string {
	if len(head) == 0 {
		return ""
	}
	return http.DetectContentType(head)
}
