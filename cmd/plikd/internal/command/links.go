package command

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/root-gg/plik/server/core"
)

// site is where clients find the server, as far as the configuration tells.
func (t *tools) site() string {
	c := t.config
	if c.PublicBase != nil {
		return c.PublicBase.String() + c.Path
	}
	scheme, host := "http", c.ListenAddress
	if c.SslEnabled {
		scheme = "https"
	}
	if host == "0.0.0.0" || host == "" || host == "::" {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(c.ListenPort)) + c.Path
}

func (t *tools) uploadURL(id core.UploadID) string { return t.site() + "/#/?id=" + string(id) }

func (t *tools) fileURL(f *core.File) string {
	base := t.site()
	if t.config.DownloadDomain != "" {
		base = strings.TrimRight(t.config.DownloadDomain, "/")
	}
	return base + "/file/" + string(f.UploadID) + "/" + string(f.ID) + "/" + url.PathEscape(f.Name)
}
