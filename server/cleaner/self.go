package cleaner

import (
	"os"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Self describes this process, under an id that no other call returns.
func Self(now time.Time) core.Instance {
	return core.Instance{ID: core.RandomText(16), Host: host(), PID: os.Getpid(), SeenAt: now}
}
