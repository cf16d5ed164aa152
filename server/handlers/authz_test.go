package handlers_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/uploads"
)

// rule says who may use the operations of one access class, which is x-access in openapi.yaml. "read?"
// is let in to GET and HEAD, and forbidden the rest.
type rule struct {
	in, forbidden string
	otherwise     int // status of all others; 0: let in
}

var rules = map[string]rule{
	"public":        {"", "", 0},
	"login":         {"", "ended", 0},
	"create":        {"", "ended revoked expired read", 0},
	"upload-read":   {"owner admin impersonator maker full holder read", "ended revoked expired", 401},
	"unlock":        {"owner admin impersonator maker full holder", "ended revoked expired read", 401},
	"upload-admin":  {"owner admin impersonator maker full holder", "ended revoked expired read", 401},
	"upload-remove": {"owner admin impersonator maker full holder", "ended revoked expired read", 401},
	"resume":        {"owner admin impersonator maker full holder", "ended revoked expired read", 401},
	"account":       {"owner other demoted admin impersonator full otherFull read?", "ended", 401},
	"account-keys":  {"owner other demoted admin impersonator", "ended read full otherFull", 401},
	"self":          {"owner admin impersonator full read?", "ended other demoted otherFull", 401},
	"self-keys":     {"owner admin impersonator", "ended other demoted read full otherFull", 401},
	"peer":          {"", "", 403},
	"admin":         {"admin impersonator", "ended owner other demoted", 401},
}

// status returns the one that a role is refused with, 0 when it is let in.
func (r rule) status(role, method string) int {
	safe := method == "GET" || method == "HEAD"
	switch has := func(list, role string) bool { return slices.Contains(strings.Fields(list), role) }; {
	case has(r.in, role), safe && has(r.in, role+"?"):
		return 0
	case has(r.forbidden, role), has(r.in, role+"?"):
		return 403
	}
	return r.otherwise
}

// world is what an operation is tried on: made anew for each try, for some destroy it.
type world struct {
	owner *core.User
	u     *core.Upload
	maker string // token that u was made with
	tus   string // id of a transfer for the third file of u
	code  string // of a program that waits
	roles map[string]who
}

func (e *env) world(n int) *world {
	e.Helper()
	ctx := e.Context()
	enroll := func(s string, admin bool) *core.User { return e.enroll(fmt.Sprintf("%s%d", s, n), admin) }
	owner, other, admin := enroll("owner", false), enroll("other", false), enroll("admin", true)
	demoted, leaver := enroll("demoted", true), enroll("leaver", true)
	maker := e.token(owner, core.ScopeUpload)

	sum := md5.Sum([]byte(base64.StdEncoding.EncodeToString([]byte("plik:secret")))) // costs nothing
	w := &world{owner: owner, maker: maker[1], u: &core.Upload{
		ID: core.NewUploadID(), UploadToken: core.NewUploadToken(), User: owner.ID, Token: maker[1], CreatedAt: e.now.Now(),
		ProtectedByPassword: true, Login: "plik", Password: hex.EncodeToString(sum[:]),
		Files: []*core.File{
			{ID: core.NewFileID(), Name: "stored", Size: 5, Status: core.Uploaded}, {ID: core.NewFileID(), Name: "missing"}, {ID: core.NewFileID(), Name: "resumed"},
		},
	}}
	require.NoError(e, e.store.CreateUpload(ctx, w.u))
	_, err := e.data.Put(ctx, data.KeyOf(w.u.Files[0]), strings.NewReader("hello"), 5)
	require.NoError(e, err)

	started, err := e.svc.StartResumable(ctx, w.u, w.u.Files[2], uploads.Resume{Length: 5, Bound: true})
	require.NoError(e, err)
	w.tus = started.ID
	device := &core.DeviceLogin{ID: core.RandomText(32), UserCode: core.NewUserCode(), ExpireAt: e.now.Now().Add(time.Hour)}
	require.NoError(e, e.store.CreateDeviceLogin(ctx, device))
	w.code = device.UserCode

	w.roles = map[string]who{
		"anonymous": nil,
		"guesser":   {"X-UploadToken", core.NewUploadToken()},
		"holder":    {"X-UploadToken", w.u.UploadToken},
		"owner":     e.session(owner), "other": e.session(other), "admin": e.session(admin),
		"impersonator": append(e.session(admin), "X-Plik-Impersonate", string(owner.ID)),
		"demoted":      e.session(demoted), "ended": e.session(leaver),
		"maker": maker, "upload": e.token(owner, core.ScopeUpload), "read": e.token(owner, core.ScopeRead), "full": e.token(owner, core.ScopeFull),
		"otherFull": e.token(other, core.ScopeFull), "adminUpload": e.token(admin, core.ScopeUpload),
		"revoked": e.token(owner, core.ScopeUpload), "expired": e.expired(owner),
	}
	// What was true when these were made is true no more.
	_, err = e.store.UpdateUser(ctx, demoted.ID, func(u *core.User) error { u.Admin = false; return nil })
	require.NoError(e, err)
	_, err = e.accounts.EndSessions(ctx, leaver.ID)
	require.NoError(e, err)
	require.NoError(e, e.accounts.DeleteToken(ctx, owner.ID, w.roles["revoked"][1]))
	return w
}

// expired returns a token whose time is over.
func (e *env) expired(u *core.User) who {
	t := &core.Token{Token: core.NewToken(), UserID: u.ID, Scope: core.ScopeFull, CreatedAt: e.now.Now(), ExpireAt: e.now.Now().Add(-1)}
	require.NoError(e, e.store.CreateToken(e.Context(), t))
	return who{"X-PlikToken", t.Token}
}

// request returns path and body of an operation on w.
func (w *world) request(method, template string) (path string, body io.Reader, headers []string) {
	f := w.u.Files[0]
	if method == "POST" || method == "PUT" {
		f = w.u.Files[1]
	}
	name := f.Name
	if strings.HasPrefix(template, "/archive/") {
		name = "a.zip"
	}
	path = strings.NewReplacer(
		"{uploadID}", string(w.u.ID), "{fileID}", string(f.ID), "{filename}", name,
		"{userID}", string(w.owner.ID), "{token}", w.maker, "{provider}", "google", "{tusID}", w.tus, "{userCode}", w.code,
	).Replace(template)
	if strings.HasPrefix(template, "/tus/") {
		h := []string{"Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"}
		if template == "/tus/" {
			return path, nil, append(h, "Upload-Length", "0", "Upload-Metadata", tusMeta("filename", "x"))
		}
		return path, nil, append(h, "X-HTTP-Method-Override", "PATCH")
	}
	switch {
	case method == "PUT":
		return path, strings.NewReader("hello"), nil
	case method != "POST":
		return path, nil, nil
	case template == "/" || strings.HasPrefix(template, "/file") || strings.HasPrefix(template, "/stream"):
		form, kind := form("file", f.Name, "hello")
		return path, form, []string{"Content-Type", kind}
	case template == "/user/{userID}":
		return path, strings.NewReader(`{"id":"` + string(w.owner.ID) + `","name":"New"}`), nil
	case template == "/me/device/{userCode}":
		return path, strings.NewReader(`{"approve":true}`), nil
	case template == "/auth/device/token":
		return path, strings.NewReader(`{"deviceCode":"x"}`), nil
	case template == "/user":
		return path, strings.NewReader(`{"provider":"google","login":"` + core.RandomText(9) + `"}`), nil
	}
	return path, strings.NewReader("{}"), nil
}

// secrets are those of w that no answer may have, but to who is listed with them.
func (w *world) secrets() map[string]string {
	return map[string]string{
		w.u.Password:    "",
		w.u.UploadToken: "owner admin impersonator maker full holder",
		w.maker:         "owner maker",
		`"uploadIp"`:    "owner admin impersonator full read",
	}
}

// TestAuthorization tries every operation of openapi.yaml as everybody.
func TestAuthorization(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	shared := e.world(0) // for what changes nothing
	roles := slices.Sorted(maps.Keys(shared.roles))
	pairs := 0
	for template, item := range e.checks.Document().Paths.Map() {
		for method, op := range item.Operations() {
			class, _ := op.Extensions["x-access"].(string)
			rule, ok := rules[class]
			require.True(t, ok, "%s %s has no known x-access: %q", method, template, class)
			succeeded := false
			for _, role := range roles {
				pairs++
				w := shared
				if method != "GET" && method != "HEAD" || template == "/auth/logout" {
					e.now.add(time.Second) // for those who are slowed down
					w = e.world(pairs)
				}
				succeeded = e.try(w, role, rule.status(role, method), method, template) || succeeded
			}
			if class != "login" && class != "peer" && template != "/auth/device/token" && !strings.HasSuffix(template, "/callback") {
				require.True(t, succeeded, "nobody could %s %s", method, template)
			}
			requireSecurity(t, class, op)
		}
	}
	t.Logf("%d pairs of role and operation", pairs)
}

// try asks as one role and tells whether it worked.
func (e *env) try(w *world, role string, refused int, method, template string) (worked bool) {
	e.Helper()
	path, body, headers := w.request(method, template)
	a := e.do(method, path, body, append(headers, w.roles[role]...)...)
	what := fmt.Sprintf("%s %s as %s: %d %s", method, template, role, a.status, a.body)
	if refused != 0 {
		require.Equal(e, refused, a.status, what)
	} else {
		require.NotContains(e, []int{401, 403}, a.status, what)
		require.Less(e, a.status, 500, what)
	}
	for secret, allowed := range w.secrets() {
		if !slices.Contains(strings.Fields(allowed), role) {
			require.NotContains(e, a.body, secret, what)
		}
	}
	require.NotContains(e, e.log.String(), w.u.UploadToken)
	return a.status < 400
}

// requireSecurity holds what the document says to people against its class.
func requireSecurity(t *testing.T, class string, op *openapi3.Operation) {
	t.Helper()
	if class == "account" || class == "account-keys" || class == "self" || class == "self-keys" || class == "admin" {
		require.NotNil(t, op.Security, op.OperationID)
		require.NotNil(t, op.Responses.Value("401"), op.OperationID)
		require.NotNil(t, op.Responses.Value("403"), op.OperationID)
	}
}
