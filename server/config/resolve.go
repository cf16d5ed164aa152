package config

import (
	"errors"
	"fmt"
	pathpkg "path"
	"strings"
	"time"
	"unicode"
)

// Resolve computes what follows from the keys: sizes and lifetimes from their text, feature
// flags from the deprecated switches, those switches from the flags, parsed networks and
// URLs. It checks everything; its error joins all the problems, one sentence each. It may
// be called again after changes.
func (c *Config) Resolve() ([]Warning, error) {
	r := &resolver{Config: c}
	r.logs()
	r.listening()
	r.tls()
	r.sizes()
	r.lifetimes()
	r.urls()
	r.networks()
	r.features()
	r.providers()
	r.backends()
	r.masks()
	return r.warnings, errors.Join(r.errs...)
}

type resolver struct {
	*Config
	warnings []Warning
	errs     []error
}

func (r *resolver) failf(format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf(format, args...))
}

func (r *resolver) warnf(format string, args ...any) {
	r.warnings = append(r.warnings, Warning{Text: fmt.Sprintf(format, args...)})
}

func (r *resolver) logs() {
	level := strings.ToUpper(r.LogLevel)
	switch level {
	case "DEBUG", "INFO", "WARNING", "CRITICAL":
	default:
		r.warnf("LogLevel = %q is taken as INFO, write DEBUG, INFO, WARNING or CRITICAL", r.LogLevel)
		level = defaultLogLevel
	}
	r.LogLevel = level
	if level == "DEBUG" {
		r.Debug, r.DebugRequests = true, true
	}
	if r.LogFormat != "text" && r.LogFormat != "json" {
		r.failf(`invalid value for LogFormat : %q, write "text" or "json"`, r.LogFormat)
	}
}

// Level returns the level to log at: DEBUG, INFO, WARNING or CRITICAL.
func (c *Config) Level() string {
	if c.Debug {
		return "DEBUG"
	}
	return c.LogLevel
}

func (r *resolver) listening() {
	if r.ListenPort < 0 || r.ListenPort > 65535 {
		r.failf("invalid value for ListenPort : %d, write a port from 1 to 65535, or 0 for any free one", r.ListenPort)
	}
	if r.MetricsPort > 65535 {
		r.failf("invalid value for MetricsPort : %d, write a port up to 65535, or 0 for no metrics", r.MetricsPort)
	}
	path := strings.TrimRight(r.Path, "/")
	if path != "" && !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if path != "" && pathpkg.Clean(path) != path || strings.ContainsFunc(path, notInPath) {
		r.failf("invalid value for Path : %q, write one such as /plik", r.Path)
	}
	r.Path = path

	d, err := ParseTTL(r.ShutdownTimeoutStr)
	switch {
	case err != nil:
		r.failf("invalid value for ShutdownTimeoutStr : %w, write one such as 60s", err)
	case d < 0:
		r.failf("invalid negative value for ShutdownTimeoutStr : %q, write one such as 60s", r.ShutdownTimeoutStr)
	}
	r.ShutdownTimeout = time.Duration(d) * time.Second
}

// notInPath tells characters that mean something in a URL, a cookie or a route.
func notInPath(c rune) bool {
	return unicode.IsSpace(c) || unicode.IsControl(c) || strings.ContainsRune(`?#%\;,{}<>"`, c)
}

func (r *resolver) sizes() {
	r.size("MaxFileSizeStr", r.MaxFileSizeStr, &r.MaxFileSize)
	r.size("MaxUserSizeStr", r.MaxUserSizeStr, &r.MaxUserSize)
	r.size("MaxTotalSizeStr", r.MaxTotalSizeStr, &r.MaxTotalSize)
	r.size("MinFreeDiskStr", r.MinFreeDiskStr, &r.MinFreeDisk)
	if r.MinFreeDisk < 0 {
		r.failf("invalid negative value for MinFreeDisk : write how many bytes stay free, such as 1GB, or 0 for none")
	}
}

// size stores the size that the text of a key means, if it has any.
func (r *resolver) size(key, text string, into *int64) {
	if text == "" {
		return
	}
	n, err := ParseSize(text)
	if err != nil {
		r.failf("invalid value for %s : %w, write a number of bytes, a size such as 10GB or 1.5GiB, or unlimited", key, err)
		return
	}
	*into = n
}

func (r *resolver) backends() {
	if r.FileDigest != "md5" && r.FileDigest != "none" {
		r.failf(`invalid value for FileDigest : %q, write "md5" or "none"`, r.FileDigest)
	}
	switch r.DataBackend {
	case "file", "s3", "swift", "gcs", "testing":
	default:
		r.failf("unable to initialize data backend : Invalid data backend %s, write file, s3, swift or gcs for DataBackend", r.DataBackend)
	}
	switch driver := r.MetadataBackendConfig["Driver"]; driver {
	case nil, "", "sqlite3", "postgres", "mysql":
	default:
		r.failf("unable to initialize metadata backend : Invalid metadata backend driver : %v, write sqlite3, postgres or mysql for Driver", driver)
	}
	if r.MetadataBackendConfig["EraseFirst"] == true {
		r.warnf("EraseFirst = true deletes all the metadata at each start, take it out to keep it")
	}
}

// masks warns of secrets that were copied from what Print shows.
func (r *resolver) masks() {
	for _, k := range Keys() {
		found := false
		switch v := k.field(r.Config).Interface().(type) {
		case Secret:
			found = v == mask
		case map[string]any:
			found = holdsMask(v)
		}
		if found {
			r.warnf("%s holds %s, which only stands for a secret where it is shown: write the secret itself", k.Name, mask)
		}
	}
}
