package cluster_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
)

var cleaned = regexp.MustCompile(`(\d+) uploads expired, (\d+) files and (\d+) uploads deleted`)

// TestClean lets three clean at once: what has expired is removed once.
func TestClean(t *testing.T) {
	t.Parallel()
	c := start(t, 3)
	const uploads, files = 12, 2
	var links []string
	for i := range uploads {
		d := c.daemons[i%3]
		var u api.Upload
		a := d.must("POST", "/upload", strings.NewReader(`{"ttl":2,"files":[{"fileName":"a"},{"fileName":"b"}]}`))
		require.NoError(t, json.Unmarshal([]byte(a.body), &u))
		for _, f := range u.Files {
			link := "/file/" + u.ID + "/" + f.ID + "/" + f.Name
			d.must("PUT", link, strings.NewReader("content"), "X-UploadToken", u.UploadToken)
			links = append(links, link)
		}
	}
	kept := c.daemons[0].put("kept", []byte("kept"))
	for i, link := range links {
		d := c.daemons[(i+1)%3]
		require.Eventually(t, func() bool { return d.do("GET", link, nil).status == 404 }, patience, 100*time.Millisecond)
	}

	var mu sync.Mutex
	var wg sync.WaitGroup
	var sum [3]int
	skipped := 0
	for range 3 {
		wg.Go(func() {
			out, err := c.command("clean")
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("clean: %v\n%s", err, out)
				return
			}
			if strings.Contains(out, "skipped") {
				skipped++
				return
			}
			got := cleaned.FindStringSubmatch(out)
			if got == nil {
				t.Errorf("clean says %q", out)
				return
			}
			for i := range sum {
				n, _ := strconv.Atoi(got[i+1]) // digits
				sum[i] += n
			}
		})
	}
	wg.Wait()
	t.Logf("%d of 3 left it to another", skipped)
	require.Equal(t, [3]int{uploads, uploads * files, uploads}, sum, "uploads expired, files deleted, uploads deleted")
	for _, d := range c.daemons {
		require.Equal(t, "kept", d.must("GET", kept, nil).body)
	}
	out, err := c.command("fsck", "--min-age", "1ns")
	require.NoError(t, err, out)
	require.Contains(t, out, "1 files and 1 objects checked, 0 problems found")
}
