package uploads

import (
	humanize "github.com/dustin/go-humanize"

	"github.com/root-gg/plik/server/core"
)

// Feature is an option that the administrator can take away or impose.
type Feature struct{ Allowed, Forced bool }

// Policy is what the administrator allows.
type Policy struct {
	OneShot, Removable, Stream, Password, ExtendTTL, Comments, SetTTL Feature

	AnonymousRefused bool // only identified users may create uploads

	MaxFileSize int64 // bytes; <= 0: no limit
	MaxFiles    int   // files of one upload; <= 0: no limit
	DefaultTTL  int   // seconds; <= 0: never expires
	MaxTTL      int   // seconds; <= 0: no ceiling

	// Limits for users who have none of their own. Nobody's files are not counted together.
	MaxUserSize int64 // bytes of all files of a user; <= 0: no limit

	// Limits for all uploads together, for which there is no exception.
	MaxTotalSize int64 // bytes stored; <= 0: no limit
	MinFreeSpace int64 // bytes that stay free where files are stored; <= 0: none

	NoDigest bool // do not compute the MD5 of what is uploaded
}

// limits returns those of an owner, nil for nobody: <= 0 means none.
func (p *Policy) limits(owner *core.User) core.Limits {
	l := core.Limits{MaxFileSize: p.MaxFileSize, MaxTTL: p.MaxTTL}
	if owner == nil {
		return l
	}
	l.MaxUserSize = p.MaxUserSize
	if n := owner.MaxFileSize; n != 0 {
		l.MaxFileSize = n
	}
	if n := owner.MaxUserSize; n != 0 {
		l.MaxUserSize = n
	}
	if n := owner.MaxTTL; n != 0 {
		l.MaxTTL = n
	}
	return l
}

// Limits on texts that clients send, in bytes.
const (
	maxComments  = 64 << 10
	maxReference = 1024
	maxType      = 256
	maxLogin     = 256
	maxPassword  = 1024
)

func tooBig(limit int64) *core.Error {
	return core.E(core.KindInvalid, "file_too_large", "file too big (limit is set to %s)", humanize.Bytes(uint64(limit)))
}

// ttl returns the TTL an upload gets that asks for one, zero meaning "the default", which
// fits under any ceiling.
func (p *Policy) ttl(asked, ceiling int) (int, error) {
	if !p.SetTTL.Allowed {
		return p.DefaultTTL, nil
	}
	ttl := asked
	if ttl == 0 {
		ttl = p.DefaultTTL
		if ceiling > 0 && (ttl <= 0 || ttl > ceiling) {
			ttl = ceiling
		}
	}
	if ceiling > 0 {
		if ttl <= 0 {
			return 0, core.E(core.KindInvalid, "ttl_infinite", "cannot set infinite TTL (maximum allowed is : %d)", ceiling)
		}
		if ttl > ceiling {
			return 0, core.E(core.KindInvalid, "ttl_too_long", "invalid TTL. (maximum allowed is : %d)", ceiling)
		}
	}
	return ttl, nil
}
