//go:build linux

package servers

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Plikd is a running daemon of ours.
type Plikd struct {
	*Process
	URL string

	http *http.Client // for what is not measured
}

// Build compiles a program of ours, plikd or plik, as it is released: static, without cgo.
func Build(ctx context.Context, program, binary string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "disable_grpc_modules", "-o", binary, "github.com/root-gg/plik/cmd/"+program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", program, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// plikdConf leaves everything at its default but where things are and how large a file
// may be; in particular the log level, so plikd writes one line for each request.
const plikdConf = `ListenAddress = "127.0.0.1"
ListenPort = %s
MetricsPort = 0
MaxFileSizeStr = "unlimited"
%s
DataBackend = "file"
[DataBackendConfig]
Directory = "%s/files"
[MetadataBackendConfig]
ConnectionString = "%s/plik.db"
`

// Database is where the daemon that runs in dir keeps its metadata.
func Database(dir string) string { return filepath.Join(dir, "plik.db") }

// StartPlikd runs the daemon in dir, on the files and the database that are there
// already or on new ones. digest is its FileDigest; empty: the default.
func StartPlikd(ctx context.Context, binary, dir, digest string) (*Plikd, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if digest != "" {
		digest = fmt.Sprintf("FileDigest = %q", digest)
	}
	conf := filepath.Join(dir, "plikd.cfg")
	if err := os.WriteFile(conf, fmt.Appendf(nil, plikdConf, port, digest, dir, dir), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, "--config", conf)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PLIKD_") })
	p := &Plikd{URL: "http://" + addr, http: &http.Client{Transport: &http.Transport{}}}
	probe := func(ctx context.Context) bool {
		return listens(ctx, addr) && p.call(ctx, "GET", "/config", "", nil, nil) == nil
	}
	if p.Process, err = start(ctx, "plikd", addr, filepath.Join(dir, "plikd.log"), cmd, probe); err != nil {
		return nil, err
	}
	return p, nil
}

// Stop ends the daemon and the connections to it.
func (p *Plikd) Stop() {
	p.http.CloseIdleConnections()
	p.Process.Stop()
}
