//go:build linux

package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Nginx is the yardstick: Debian's nginx, serving and taking plain files.
type Nginx struct {
	*Process
	URL  string
	Root string // what it serves and where PUT puts files
}

// nginxConf: the uploads are renamed into place, because the temporary directory is on
// the same file system as the root; everything not set here is nginx's default. Ranges
// do without tcp_nopush: with it each waits 40 ms for a delayed acknowledgement.
const nginxConf = `%[1]s
worker_processes %[2]d;
daemon off;
pid %[3]s/nginx.pid;
error_log %[3]s/error.log warn;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_buffer_size %[5]s;
  client_body_temp_path %[3]s/tmp/body;
  proxy_temp_path %[3]s/tmp/proxy;
  fastcgi_temp_path %[3]s/tmp/fastcgi;
  uwsgi_temp_path %[3]s/tmp/uwsgi;
  scgi_temp_path %[3]s/tmp/scgi;
  server {
    listen %[4]s;
    root %[3]s/root;
    location / {
      dav_methods PUT;
      create_full_put_path on;
    }
    location /ranges/ {
      tcp_nopush off;
    }
  }
}
`

// StartNginx runs nginx in dir with one worker for each core. bodyBuffer is its
// client_body_buffer_size ("16k" is what nginx has when nothing is set).
func StartNginx(ctx context.Context, dir, bodyBuffer string) (*Nginx, error) {
	path, err := FindNginx()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "root"), 0o755), os.MkdirAll(filepath.Join(dir, "tmp"), 0o755)); err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	user := ""
	if os.Geteuid() == 0 { // else the workers would become www-data, which cannot enter dir
		user = "user root;"
	}
	conf := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(nginxConf, user, runtime.NumCPU(), dir, addr, bodyBuffer)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.Command(path, "-e", filepath.Join(dir, "error.log"), "-c", conf)
	p, err := start(ctx, "nginx", addr, filepath.Join(dir, "output.log"), cmd, func(ctx context.Context) bool { return listens(ctx, addr) })
	if err != nil {
		return nil, err
	}
	return &Nginx{Process: p, URL: "http://" + addr, Root: filepath.Join(dir, "root")}, nil
}

// FindNginx returns the path of the program nginx.
func FindNginx() (string, error) {
	// Debian keeps it where the PATH of an ordinary user does not look.
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("nginx is not installed: it is the yardstick of this benchmark, install Debian's package nginx-light")
}
