package cluster_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// resident is the most memory that the daemon has had, in MiB.
func (d *daemon) resident() int {
	d.c.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	require.NoError(d.c, err)
	_, rest, found := strings.Cut(string(text), "VmHWM:")
	require.True(d.c, found)
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(d.c, err)
	return kib >> 10
}

// TestMemory sends 32 files to S3 at once: what it takes is bounded, and no matter of their size.
func TestMemory(t *testing.T) {
	const at, limit = 32, 400
	for _, mib := range []int64{32, 96} {
		c := start(t, 1)
		d := c.daemons[0]
		type sent struct{ path, token string }
		files := make([]sent, at)
		var wg sync.WaitGroup
		for i := range files {
			wg.Go(func() {
				a := d.do("PUT", "/large", &zeros{mib << 20})
				if a.err != nil || a.status != 200 {
					t.Errorf("%d %s %v", a.status, a.body, a.err)
					return
				}
				files[i] = sent{"/upload/" + a.head.Get("X-Plik-Upload"), a.head.Get("X-UploadToken")}
			})
		}
		wg.Wait()
		require.False(t, t.Failed())
		most := d.resident()
		t.Logf("%d files of %d MiB at once: %d MiB of memory at most", at, mib, most)
		require.Less(t, most, limit)
		for _, f := range files { // it is much
			d.must("DELETE", f.path, nil, "X-UploadToken", f.token)
		}
	}
}
