package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
)

func TestUnlock(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	u := e.create(`{"password":"sécret €"}`)
	f := e.add(u, "a.txt", "hello")
	other := e.create(`{"password":"sécret €"}`)
	path := link(u, f)

	asked := e.get(path, "X-Plik-Auth", "form")
	require.Equal(t, 401, asked.status)
	require.Empty(t, asked.Values("WWW-Authenticate"), "the page asks, not the browser")
	require.NotEmpty(t, e.get(path).Get("WWW-Authenticate"))
	require.Empty(t, e.get("/me", "X-Plik-Auth", "form").Values("WWW-Authenticate"))

	for body, status := range map[string]int{`{"password":"wrong"}`: 401, `{"login":"x","password":"sécret €"}`: 401, ``: 401, `x`: 400} {
		require.Equal(t, status, e.post("/upload/"+u.ID+"/unlock", body).status, body)
	}
	e.post("/upload/"+e.create(`{}`).ID+"/unlock", `{"password":"x"}`).is(t, 400, "this upload has no password\n")

	a := e.post("/upload/"+u.ID+"/unlock", `{"password":"sécret €"}`)
	ticket := into[api.Ticket](t, a)
	require.Equal(t, "plik-unlock-"+u.ID+"="+ticket.Ticket+"; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax", a.Get("Set-Cookie"))
	cookie := "plik-unlock-" + u.ID + "=" + ticket.Ticket
	for _, way := range []func(string) answer{
		func(p string) answer { return e.get(p, "Cookie", cookie) },
		func(p string) answer { return e.get(p + "?ticket=" + ticket.Ticket) },
	} {
		way(path).is(t, 200, "hello")
		require.Equal(t, 200, way("/archive/"+u.ID+"/a.zip").status)
		seen := into[api.Upload](t, way("/upload/"+u.ID))
		require.False(t, seen.Admin)
		require.Empty(t, seen.UploadToken)
		require.Equal(t, 401, way("/upload/"+other.ID).status, "of this upload only")
	}
	require.Equal(t, 401, e.get("/upload/"+other.ID, "Cookie", strings.Replace(cookie, u.ID, other.ID, 1)).status)
	require.Equal(t, 401, e.get(path, "Cookie", cookie[:len(cookie)-1]).status)
	require.Equal(t, http.StatusForbidden, e.do("DELETE", "/upload/"+u.ID, nil, "Cookie", cookie).status, "it is no right to delete")
	e.now.add(time.Hour)
	require.Equal(t, 401, e.get(path, "Cookie", cookie).status, "for an hour")
}
