package handlers_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/uploads"
)

func TestCreateShapes(t *testing.T) {
	t.Parallel()
	e := serve(t)
	// As the command line client of Plik 1.3 sends it.
	cli := `{"id":"","ttl":3600,"extend_ttl":false,"downloadDomain":"","comments":"hey","files":[{"id":"","fileName":"hello.txt","status":"","fileMd5":"","fileType":"","fileSize":0,"reference":"0","createdAt":"0001-01-01T00:00:00Z"}],"admin":false,"stream":false,"oneShot":true,"removable":true,"protectedByPassword":false,"login":"foo","password":"bar","createdAt":"0001-01-01T00:00:00Z","expireAt":null}`
	for name, body := range map[string]string{
		"empty": "", "blank": " \n", "object": "{}", "null": "null", "client": cli,
		"foreign keys": `{"id":"mine","uploadToken":"mine","user":"root","token":"t","uploadIp":"1.2.3.4","nobodyKnows":[1]}`,
		"any case":     `{ "OneShot" : true, "Removable" : false, "Ttl" : 60 }`,
	} {
		a := e.do("POST", "/upload", strings.NewReader(body), "Content-Type", "application/x-www-form-urlencoded")
		require.Equal(t, 200, a.status, "%s: %s", name, a.body)
		var u api.Upload
		require.NoError(t, json.Unmarshal([]byte(a.body), &u))
		require.Len(t, u.ID, 16)
		require.NotEqual(t, "mine", u.ID)
		require.Len(t, u.UploadToken, 32)
		require.True(t, u.Admin)
		require.NotContains(t, a.body, "uploadIp")
		require.NotContains(t, a.body, `"password"`)
		if name == "client" {
			require.Equal(t, "0", u.Files[0].Reference)
			require.Equal(t, "missing", u.Files[0].Status)
			require.Equal(t, "Basic Zm9vOmJhcg==", a.Get("Authorization"))
		} else {
			require.Contains(t, a.body, `"files":null`)
			require.Contains(t, e.get("/upload/"+u.ID).body, `"files":[]`)
		}
		if name == "any case" {
			require.True(t, u.OneShot)
			require.Equal(t, 60, u.TTL)
		}
	}
}

func TestCreateV1(t *testing.T) {
	t.Parallel()
	e := serve(t)
	a := e.do("POST", "/upload", strings.NewReader(`{"ttl":60,"oneShot":true,"yubikey":"x","files":{"0":{"fileName":"x.txt","reference":"0"},"zz":{"fileName":"y.txt","reference":"1"}}}`))
	require.Equal(t, 200, a.status, a.body)
	var u api.UploadV1
	require.NoError(t, json.Unmarshal([]byte(a.body), &u))
	require.Len(t, u.Files, 2)
	require.NotZero(t, u.Creation)
	for id, f := range u.Files {
		require.Equal(t, id, f.ID)
		body, kind := form("file", f.Name, "hello")
		up := e.do("POST", "/file/"+u.ID+"/"+id+"/"+f.Name, body, "Content-Type", kind, "X-UploadToken", u.UploadToken)
		require.Equal(t, 200, up.status, up.body)
	}
	require.Contains(t, e.do("POST", "/upload", strings.NewReader(`{"files":{}}`)).body, `"files":{}`)
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	e := serve(t)
	for body, text := range map[string]string{
		`{`:                              "unable to deserialize request body : unexpected end of JSON input\n",
		`[]`:                             "unable to deserialize request body : json: cannot unmarshal array into Go value of type api.NewUpload\n",
		`{"files":[null]}`:               "unable to deserialize request body : files[0] is null\n",
		`{"files":{"a":null}}`:           "unable to deserialize request body : files[0] is null\n",
		`{"ttl":-1}`:                     "unable to create upload : cannot set infinite TTL (maximum allowed is : 86400)\n",
		`{"files":[{"fileName":"a/b"}]}`: "unable to create upload : invalid file name : / and \\ are not allowed\n",
		`{"comments":"` + strings.Repeat("x", 1<<20) + `"}`: "unable to read request body : http: request body too large\n",
	} {
		e.do("POST", "/upload", strings.NewReader(body)).is(t, 400, text)
	}
}

func TestGetUpload(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"comments":"hello *md*","removable":true,"files":[{"fileName":"b","fileSize":5,"fileType":"text/plain","reference":"r"},{"fileName":"a"}]}`)
	visitor := e.get("/upload/" + u.ID)
	require.Equal(t, 200, visitor.status)
	require.NotContains(t, visitor.body, "uploadToken")
	require.Contains(t, visitor.body, `"admin":false`)
	require.Equal(t, "application/json; charset=utf-8", visitor.Get("Content-Type"))
	admin := e.get("/upload/"+u.ID, "X-UploadToken", u.UploadToken)
	var got api.Upload
	require.NoError(t, json.Unmarshal([]byte(admin.body), &got))
	require.True(t, got.Admin)
	require.Equal(t, u.UploadToken, got.UploadToken)
	require.Equal(t, []string{"b", "a"}, []string{got.Files[0].Name, got.Files[1].Name})
	require.Contains(t, e.get("/upload/"+u.ID, "X-UploadToken", "wrong").body, `"admin":false`)

	head := e.do("HEAD", "/upload/"+u.ID, nil)
	require.Equal(t, 200, head.status)
	require.Equal(t, visitor.Get("Content-Length"), head.Get("Content-Length"))
	e.get("/upload/nope").is(t, 404, "upload nope not found\n")
}

func TestRemoveUpload(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u, path := e.upload(`{}`, "a.txt", "hello")
	e.do("DELETE", "/upload/"+u.ID, nil).is(t, 403, "you are not allowed to remove this upload\n")
	e.do("DELETE", "/upload/"+u.ID, nil, "X-UploadToken", u.UploadToken).is(t, 200, "ok")
	gone := "upload " + u.ID + " not found\n"
	e.do("DELETE", "/upload/"+u.ID, nil, "X-UploadToken", u.UploadToken).is(t, 404, gone)
	e.get("/upload/"+u.ID).is(t, 404, gone)
	e.get(path).is(t, 404, gone)

	u, _ = e.upload(`{"removable":true}`, "a.txt", "hello")
	e.do("DELETE", "/upload/"+u.ID, nil).is(t, 200, "ok")
}

func TestPassword(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u, path := e.upload(`{"password":"bar","removable":true}`, "a.txt", "hello")
	paths := []string{"/upload/" + u.ID, path, "/archive/" + u.ID + "/a.zip"}
	const please = "please provide valid credentials to access this upload : "
	for _, p := range paths {
		for header, text := range map[string]string{
			"": "missing Authorization header", "x": "invalid Authorization header", "Bearer x": "invalid http authorization scheme",
			"Basic eDp5": "invalid credentials", "Basic %%%": "invalid credentials",
		} {
			a := e.get(p, "Authorization", header, "Accept", "text/html")
			a.is(t, 401, please+text+"\n") // never redirected, so that browsers ask
			require.Equal(t, `Basic realm="plik", charset="UTF-8"`, a.Get("WWW-Authenticate"))
		}
		require.Equal(t, 200, e.get(p, "Authorization", "basic cGxpazpiYXI=").status)
		require.Equal(t, 200, e.get(p, "X-UploadToken", u.UploadToken).status)
		require.Contains(t, e.get(p, "Authorization", "Basic cGxpazpiYXI=").Get("Cache-Control"), "no-store")
	}
	e.do("DELETE", path, nil).is(t, 401, please+"missing Authorization header\n")

	open, path := e.upload(`{}`, "a.txt", "hello")
	e.get(path, "Authorization", "whatever").is(t, 200, "hello")
	require.False(t, open.ProtectedByPassword)
}

func TestWhitelist(t *testing.T) {
	t.Parallel()
	list := func(cidr string) change {
		return func(o *handlers.Options, _ *uploads.Policy) {
			o.Whitelist = []netip.Prefix{netip.MustParsePrefix(cidr)}
			o.Proxies.Header = "X-Forwarded-For"
		}
	}
	e := serve(t, list("10.1.0.0/16"))
	const no = "untrusted source IP address\n"
	e.do("POST", "/upload", nil).is(t, 403, no)
	body, kind := form("file", "x", "y")
	e.do("POST", "/", body, "Content-Type", kind).is(t, 403, no)
	e.do("PUT", "/x", strings.NewReader("y")).is(t, 403, no)
	for forwarded, status := range map[string]int{
		"10.1.2.3": 200, "::ffff:10.1.2.3": 200, "6.6.6.6, 10.1.2.3": 403, // 10/8 is a proxy of ours: 6.6.6.6 is the client
		"10.1.2.3, 6.6.6.6": 403, // the client made the first one up
		"10.1.2.3:1234":     200, "[::1]:1, 127.0.0.1": 403,
	} {
		require.Equal(t, status, e.do("POST", "/upload", nil, "X-Forwarded-For", forwarded).status, forwarded)
	}
	e.do("POST", "/upload", nil, "X-Forwarded-For", "nonsense").is(t, 400, "invalid IP address\n")

	untrusting := serve(t, list("10.1.0.0/16"), func(o *handlers.Options, _ *uploads.Policy) { o.Proxies.Trusted = nil })
	untrusting.do("POST", "/upload", nil, "X-Forwarded-For", "10.1.2.3").is(t, 403, no)
}
