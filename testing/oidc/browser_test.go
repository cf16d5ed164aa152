package oidc_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hops is how many pages and redirects a login may have.
const hops = 12

// visit does at the provider what a user does who logs in as name and agrees, and returns
// the URL that the browser is sent back to. Without a name no password may be asked for.
func visit(t *testing.T, browser *http.Client, page, callback, name string) string {
	t.Helper()
	for range hops {
		if strings.HasPrefix(page, callback+"?") {
			return page
		}
		form := url.Values(nil)
		body, next := get(t, browser, page)
		switch {
		case next != "":
			page = next
			continue
		case strings.Contains(body, `name="prompt" value="login"`):
			require.NotEmpty(t, name, "the provider asks for a password")
			form = url.Values{"prompt": {"login"}, "login": {name}, "password": {"x"}}
		case strings.Contains(body, `name="prompt" value="consent"`):
			form = url.Values{"prompt": {"consent"}}
		default:
			require.FailNow(t, "a page nobody expects", body)
		}
		res, err := browser.PostForm(page, form)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		to, err := res.Location()
		require.NoError(t, err)
		page = to.String()
	}
	require.FailNow(t, "the login does not end")
	return ""
}

// cancel does what a user does who thinks better of it.
func cancel(t *testing.T, browser *http.Client, page, callback string) string {
	t.Helper()
	for range hops {
		if strings.HasPrefix(page, callback+"?") {
			return page
		}
		_, next := get(t, browser, page)
		if next == "" {
			next = page + "/abort"
		}
		page = next
	}
	require.FailNow(t, "the login does not end")
	return ""
}

// get opens a page. Either it is shown or it leads to the next one.
func get(t *testing.T, browser *http.Client, page string) (body, next string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page, nil)
	require.NoError(t, err)
	res, err := browser.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	if to, err := res.Location(); err == nil {
		return "", to.String()
	}
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s", b)
	return string(b), ""
}
