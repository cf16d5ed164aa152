package authtest

import (
	"net/http"
	"net/http/cookiejar"
	"testing"
)

// Browser returns a client with cookies of its own which follows no redirects.
func Browser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Visit opens a login page of a stand-in, where the user agrees at once, and returns the
// URL that the browser is sent back to. client must not follow redirects by itself.
func Visit(t testing.TB, client *http.Client, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	to, err := res.Location()
	if res.StatusCode != http.StatusFound || err != nil {
		t.Fatalf("the login page answers %s: %v", res.Status, err)
	}
	return to.String()
}
