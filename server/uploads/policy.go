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

	NoDigest bool // do not compute the MD5 of what is uploaded
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

// ttl returns the TTL an upload gets that asks for one, zero meaning "the default".
func (p Policy) ttl(asked int) (int, error) {
	if !p.SetTTL.Allowed {
		return p.DefaultTTL, nil
	}
	ttl := asked
	if ttl == 0 {
		ttl = p.DefaultTTL
	}
	if p.MaxTTL > 0 {
		if ttl <= 0 {
			return 0, core.E(core.KindInvalid, "ttl_infinite", "cannot set infinite TTL (maximum allowed is : %d)", p.MaxTTL)
		}
		if ttl > p.MaxTTL {
			return 0, core.E(core.KindInvalid, "ttl_too_long", "invalid TTL. (maximum allowed is : %d)", p.MaxTTL)
		}
	}
	return ttl, nil
}
