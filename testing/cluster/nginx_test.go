package cluster_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const shipped = "../nginx/plik.conf"

// nginx is one in front of some daemons.
type nginx struct {
	site
	dir string
}

var (
	upstreamLine = regexp.MustCompile(`(?m)^    server plik1:8080 (.*);\n(    server plik\d:8080 .*;\n)+`)
	listenLine   = regexp.MustCompile(`(?m)^    listen 80;$`)
)

// frame is what nginx.conf has around the files of conf.d.
const frame = `daemon off;
%spid %[2]s/pid;
worker_processes 2;
error_log %[2]s/error.log warn;
events { worker_connections 4096; }
http {
    client_body_temp_path %[2]s/body;
    proxy_temp_path %[2]s/proxy;
    fastcgi_temp_path %[2]s/fastcgi;
    uwsgi_temp_path %[2]s/uwsgi;
    scgi_temp_path %[2]s/scgi;
    include %[2]s/plik.conf;
}
`

// front starts nginx with the shipped configuration, changed in where it listens, logs and sends to.
func front(t *testing.T, daemons ...*daemon) *nginx {
	t.Helper()
	program, err := exec.LookPath("nginx")
	require.NoError(t, err, "nginx is needed: apt-get install nginx-light")
	conf, err := os.ReadFile(shipped)
	require.NoError(t, err)
	port := freePort(t)
	n := &nginx{site: site{t, fmt.Sprintf("http://127.0.0.1:%d", port)}, dir: t.TempDir()}

	match := upstreamLine.FindSubmatch(conf)
	require.NotNil(t, match, "the servers are not found in %s", shipped)
	var servers bytes.Buffer
	for _, d := range daemons {
		fmt.Fprintf(&servers, "    server %s %s;\n", d.address, match[1])
	}
	conf = bytes.Replace(conf, match[0], servers.Bytes(), 1)
	require.Len(t, listenLine.FindAll(conf, -1), 1)
	conf = listenLine.ReplaceAll(conf, []byte(fmt.Sprintf("    listen 127.0.0.1:%d;", port)))
	require.Contains(t, string(conf), "/var/log/nginx/plik.log")
	conf = bytes.Replace(conf, []byte("/var/log/nginx/plik.log"), []byte(n.dir+"/access.log"), 1)
	require.NoError(t, os.WriteFile(filepath.Join(n.dir, "plik.conf"), conf, 0o600))
	user := ""
	if os.Getuid() == 0 {
		user = "user root;\n" // or its workers could not read here
	}
	require.NoError(t, os.WriteFile(filepath.Join(n.dir, "nginx.conf"), fmt.Appendf(nil, frame, user, n.dir), 0o600))
	n.run(exec.Command(program, "-p", n.dir, "-e", n.dir+"/error.log", "-c", n.dir+"/nginx.conf"), port)
	return n
}

func (n *nginx) run(cmd *exec.Cmd, port int) {
	n.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(n, cmd.Start())
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	n.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // its workers end with it
		<-done
		if text, err := os.ReadFile(n.dir + "/error.log"); err == nil && n.Failed() {
			n.Logf("nginx said:\n%s", text[max(0, len(text)-4000):])
		}
	})
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			require.NoError(n, c.Close())
			return
		}
		select {
		case <-done:
			require.FailNow(n, "nginx did not start", out.String())
		default:
		}
	}
	require.FailNow(n, "nginx does not answer")
}

// served tells the server that a request, whose URL contains mark, was handed to last.
func (n *nginx) served(mark string) (address string, found bool) {
	n.Helper()
	text, err := os.ReadFile(n.dir + "/access.log")
	require.NoError(n, err)
	for line := range strings.SplitSeq(string(text), "\n") {
		if !strings.Contains(line, mark) {
			continue
		}
		_, tried, _ := strings.Cut(line, " upstream=")
		tried, _, _ = strings.Cut(tried, " upstream_status=")
		return tried[strings.LastIndexAny(tried, " ")+1:], true
	}
	return "", false
}
