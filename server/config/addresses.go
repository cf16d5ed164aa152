package config

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"strings"
)

func (r *resolver) tls() {
	if r.SslEnabled && (r.SslCert == "" || r.SslKey == "") {
		r.failf("SslEnabled needs both SslCert and SslKey, write the paths of the certificate and of its key")
	}
	versions := map[string]uint16{
		"":       tls.VersionTLS12,
		"tlsv10": tls.VersionTLS10,
		"tlsv11": tls.VersionTLS11,
		"tlsv12": tls.VersionTLS12,
		"tlsv13": tls.VersionTLS13,
	}
	version, ok := versions[strings.ToLower(r.TlsVersion)]
	if !ok {
		version = tls.VersionTLS12
		r.warnf("TlsVersion = %q is taken as %s, write tlsv12 or tlsv13", r.TlsVersion, defaultTLSVersion)
	}
	if r.SslEnabled && version < tls.VersionTLS12 {
		r.warnf("TlsVersion = %q lets clients use a version of TLS that is broken, write tlsv12", r.TlsVersion)
	}
	r.MinTLSVersion = version
}

func (r *resolver) urls() {
	r.DownloadHosts = nil
	if r.DownloadDomain != "" {
		r.downloadHost(r.DownloadDomain, "download domain URL")
		for _, alias := range r.DownloadDomainAlias {
			r.downloadHost(alias, "download domain alias URL")
		}
	} else if len(r.DownloadDomainAlias) > 0 {
		r.warnf("DownloadDomainAlias is ignored without DownloadDomain, set that one as well")
	}
	if r.AdvertiseURL != "" {
		u, err := parseBase(r.AdvertiseURL)
		if err != nil {
			r.failf("invalid value for AdvertiseURL : %w", err)
		} else {
			r.AdvertiseURL = strings.TrimRight(u.String(), "/")
		}
	}
	r.PublicBase = nil
	if r.PublicURL == "" {
		return
	}
	u, err := parseBase(r.PublicURL)
	if err != nil {
		r.failf("invalid value for PublicURL : %w", err)
		return
	}
	u.Path = strings.TrimRight(u.Path, "/")
	r.PublicBase = u
}

func (r *resolver) downloadHost(text, what string) {
	u, err := parseBase(text)
	if err != nil {
		r.failf("invalid %s : %w", what, err)
		return
	}
	r.DownloadHosts = append(r.DownloadHosts, u.Host)
}

// parseBase reads the URL other URLs are built on.
func parseBase(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q, write one such as https://plik.example.com", text)
	}
	return u, nil
}
