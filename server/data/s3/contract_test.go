package s3_test

import (
	"testing"

	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/datatest"
	"github.com/root-gg/plik/server/data/s3"
)

func TestContract(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*s3.Options){
		"plain": nil,
		"SSE-C": func(o *s3.Options) { o.SSE = s3.SSEC },
		"SSE-S3, long prefix": func(o *s3.Options) {
			o.SSE = s3.SSES3
			o.Prefix += "/a/b"
		},
		"small memory, no prefix, no checksum, path style": func(o *s3.Options) {
			o.PartSize, o.Memory = s3.MinPartSize, 2*s3.MinPartSize
			o.Prefix, o.NoChecksum, o.PathStyle = "", true, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, change)
			datatest.Run(t, datatest.Harness{Open: func(*testing.T) data.Backend { return s }})
		})
	}
}
