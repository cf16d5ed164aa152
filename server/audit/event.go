package audit

import (
	"net/netip"

	"github.com/root-gg/plik/server/core"
)

// Actions of an Event. Where nothing is said, Target is the user it was done to.
const (
	Login           = "login"            // somebody logged in
	LoginFailed     = "login_failed"     // Target is the account that was tried, or the provider
	Logout          = "logout"           // one session was ended
	SessionsEnded   = "sessions_ended"   // all sessions were ended
	PasswordChanged = "password_changed" // of an account, not of an upload
	TokenCreate     = "token_create"     // an API token, which is never written
	TokenDelete     = "token_delete"     // likewise
	UserCreate      = "user_create"      // by an administrator, or at the first login with a provider
	UserUpdate      = "user_update"      // name, limits, rights
	UserDelete      = "user_delete"      // with all uploads and tokens
	UploadDelete    = "upload_delete"    // by an administrator; Target is the upload
	UploadsDelete   = "uploads_delete"   // all uploads, or those of a token
	Impersonate     = "impersonate"      // an administrator acts as somebody
	Import          = "import"           // of metadata; Target is the file
	Export          = "export"           // of metadata with its secrets; Target is the file
)

// Results of an Event.
const (
	OK      = "ok"
	Refused = "refused"
)

// Event is something that happened. It has no field for a secret, and none belongs in its
// texts. Of each text 1 KiB is written.
type Event struct {
	Action string      // one of those above
	Actor  core.UserID // who did it; empty: nobody who logged in; "console": the command line
	As     core.UserID // the user an administrator acted as; empty: as himself
	Target string      // what it was done to
	IP     netip.Addr  // of the client; the zero Addr: none
	Result string      // OK or Refused; empty: OK
	Detail string      // more, for people
	Ref    string      // id of the request, as in the log
}
