package handlers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
)

func TestPagingParameters(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	u := e.enroll("alice", false)
	s := e.session(u)
	for range 5 {
		e.token(u, core.ScopeUpload)
		e.now.add(time.Millisecond)
	}
	for query, text := range map[string]string{
		"limit=0": "invalid limit", "limit=x": "invalid limit : ", "order=x": "invalid order", "after=a&before=b": "both before and after cursors set",
		"after=!": "invalid paging cursor", "count=x": "invalid count",
	} {
		a := e.get("/me/token?"+query, s...)
		require.Equal(t, 400, a.status, query)
		require.Equal(t, 1, strings.Count(a.body, "\n"), "one error and nothing after it")
		require.Contains(t, a.body, text)
	}
	e.get("/me/token", append(s, "X-Plik-Paging", "x")...).is(t, 400, "invalid paging header\n")

	type page = api.Page[*api.Token]
	first := into[page](t, e.get("/me/token?limit=2&order=asc", s...))
	require.Nil(t, first.Before)
	second := into[page](t, e.get("/me/token", append(s, "X-Plik-Paging", `{"before":null,"after":"`+*first.After+`","limit":2,"order":"asc"}`)...))
	last := into[page](t, e.get("/me/token?limit=2&order=asc&after="+*second.After, s...))
	require.Len(t, last.Results, 1)
	require.Nil(t, last.After)
	back := into[page](t, e.get("/me/token?limit=2&order=asc&before="+*second.Before, s...))
	require.Equal(t, first.Results, back.Results)
	down := into[page](t, e.get("/me/token?limit=5000", s...))
	require.Len(t, down.Results, 5)
	require.Equal(t, last.Results[0], down.Results[0], "newest first")
	empty := into[page](t, e.get("/me/token", e.session(e.enroll("bobby", false))...))
	require.NotNil(t, empty.Results)
	require.Nil(t, empty.After)
}

func TestListings(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	alice, root := e.enroll("alice", false), e.session(e.enroll("root", true))
	s, token := e.session(alice), e.token(alice, core.ScopeUpload)
	big := e.create(`{"comments":"Holiday pictures","password":"hunter22","login":"who"}`, token...)
	e.add(big, "beach.png", strings.Repeat("x", 1000))
	small := e.create(`{}`, s...)
	e.add(small, "notes.txt", "x")
	e.create(`{}`)

	ids := func(a answer) (list []string) {
		for _, u := range into[api.Page[*api.Upload]](t, a).Results {
			list = append(list, u.ID)
		}
		return list
	}
	require.Len(t, ids(e.get("/uploads", root...)), 3)
	require.Equal(t, []string{big.ID, small.ID}, ids(e.get("/uploads?sort=size", root...)))
	require.Equal(t, []string{small.ID, big.ID}, ids(e.get("/uploads?sort=size&order=asc&user=local:alice", root...)))
	require.Equal(t, []string{big.ID}, ids(e.get("/uploads?token="+token[1], root...)))
	require.Equal(t, []string{big.ID}, ids(e.get("/uploads?q=BEACH", root...)))
	require.Equal(t, []string{big.ID}, ids(e.get("/me/uploads?q=holiday", s...)))
	require.Empty(t, ids(e.get("/me/uploads?q=%25", s...)), "a wildcard is a letter like others")
	require.Len(t, ids(e.get("/me/uploads", s...)), 2)

	mine := e.get("/me/uploads", s...).body
	require.Contains(t, mine, token[1])
	require.Contains(t, mine, big.UploadToken)
	theirs := e.get("/uploads", root...).body
	e.do("DELETE", "/upload/"+small.ID, nil, root...).is(t, 200, "ok")
	require.Contains(t, e.events.String(), `"action":"upload_delete","result":"ok","actor":"local:root","target":"`+small.ID+`"`)
	require.NotContains(t, theirs, token[1], "nobody's API token but the own")
	require.Contains(t, theirs, token[1][:8]+"…")
	for _, body := range []string{mine, theirs} {
		require.NotContains(t, body, "argon2")
		require.NotContains(t, body, "hunter22")
		require.NotContains(t, body, `"login"`)
	}
	stats := into[api.ServerStats](t, e.get("/stats", root...))
	require.Equal(t, api.ServerStats{Users: 2, Uploads: 2, AnonymousUploads: 1, Files: 1, TotalSize: 1000}, stats)
	days := into[api.Series](t, e.get("/stats/series?days=7", root...)).Days
	require.Len(t, days, 7)
	require.Equal(t, api.Figures{Name: e.now.Now().UTC().Format(time.DateOnly), Uploads: 2, Files: 1, Bytes: 1000}, days[6])
	require.Equal(t, 400, e.get("/stats/series?days=0", root...).status)
	top := into[api.Top](t, e.get("/stats/top", root...))
	require.Equal(t, []api.Figures{{Name: "local:alice", Uploads: 1, Files: 1, Bytes: 1000}}, top.Users)
	require.Equal(t, []api.Figures{{Name: "text/plain; charset=utf-8", Files: 1, Bytes: 1000}}, top.Types)
	e.get("/config/effective", root...).is(t, 200, `{"MaxTTL":30}`)
	require.Len(t, into[api.Page[*api.User]](t, e.get("/users?q=ali", root...)).Results, 1)
	require.Len(t, into[api.Page[*api.User]](t, e.get("/users?provider=google", root...)).Results, 0)
}
