package metadatatest

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/root-gg/plik/server/core"
)

// RunTogether runs the races of Run on two stores that have one database, as two daemons do. open
// returns them, and closes them when t ends.
func RunTogether(t *testing.T, open func(t *testing.T) (Store, Store)) {
	for group, tests := range groups() {
		for name, test := range tests {
			if !strings.Contains(name, "race") && !strings.Contains(name, "at once") {
				continue
			}
			t.Run(group+"/"+name, func(t *testing.T) {
				t.Parallel()
				a, b := open(t)
				test(t, &alternating{Store: a, other: b})
			})
		}
	}
}

// alternating gives what races to one store and the other in turn.
type alternating struct {
	Store
	other Store
	calls atomic.Int64
}

func (a *alternating) next() Store {
	if a.calls.Add(1)%2 == 0 {
		return a.other
	}
	return a.Store
}

func (a *alternating) CreateUpload(ctx context.Context, u *core.Upload) error {
	return a.next().CreateUpload(ctx, u)
}

func (a *alternating) RemoveUpload(ctx context.Context, id core.UploadID, now time.Time) error {
	return a.next().RemoveUpload(ctx, id, now)
}

func (a *alternating) RemoveUploads(ctx context.Context, user core.UserID, token string, now time.Time) (int, []core.FileID, error) {
	return a.next().RemoveUploads(ctx, user, token, now)
}

func (a *alternating) ExpireUploads(ctx context.Context, now time.Time, limit int) (int, error) {
	return a.next().ExpireUploads(ctx, now, limit)
}

func (a *alternating) AddFile(ctx context.Context, f *core.File, max int) error {
	return a.next().AddFile(ctx, f, max)
}

func (a *alternating) MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error {
	return a.next().MoveFile(ctx, f, to, edit)
}

func (a *alternating) ClaimFiles(ctx context.Context, id core.UploadID, files []core.FileID, instance string) ([]core.FileID, error) {
	return a.next().ClaimFiles(ctx, id, files, instance)
}

func (a *alternating) Reserve(ctx context.Context, f *core.File, owner core.UserID, n, max int64) error {
	return a.next().Reserve(ctx, f, owner, n, max)
}

func (a *alternating) AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	return a.next().AcquireLease(ctx, name, holder, now, until)
}

func (a *alternating) SetSettingIfAbsent(ctx context.Context, key, value string) (string, error) {
	return a.next().SetSettingIfAbsent(ctx, key, value)
}

func (a *alternating) CreateUser(ctx context.Context, u *core.User) error {
	return a.next().CreateUser(ctx, u)
}

func (a *alternating) UpdateUser(ctx context.Context, id core.UserID, edit func(*core.User) error) (*core.User, error) {
	return a.next().UpdateUser(ctx, id, edit)
}

func (a *alternating) DeleteUser(ctx context.Context, id core.UserID, now time.Time) ([]core.FileID, error) {
	return a.next().DeleteUser(ctx, id, now)
}

func (a *alternating) CreateToken(ctx context.Context, t *core.Token) error {
	return a.next().CreateToken(ctx, t)
}

func (a *alternating) DeleteToken(ctx context.Context, user core.UserID, token string) error {
	return a.next().DeleteToken(ctx, user, token)
}

func (a *alternating) EndSession(ctx context.Context, session string, until time.Time) error {
	return a.next().EndSession(ctx, session, until)
}

func (a *alternating) SaveResumable(ctx context.Context, r *core.Resumable) error {
	return a.next().SaveResumable(ctx, r)
}

func (a *alternating) DropResumable(ctx context.Context, id string) error {
	return a.next().DropResumable(ctx, id)
}

func (a *alternating) DecideDeviceLogin(ctx context.Context, code string, user core.UserID, token string, now time.Time) error {
	return a.next().DecideDeviceLogin(ctx, code, user, token, now)
}

func (a *alternating) TakeDeviceLogin(ctx context.Context, id string) error {
	return a.next().TakeDeviceLogin(ctx, id)
}

func (a *alternating) CreateDeviceLogin(ctx context.Context, d *core.DeviceLogin) error {
	return a.next().CreateDeviceLogin(ctx, d)
}
