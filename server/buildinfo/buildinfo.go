// Package buildinfo knows what was built. The linker fills it in, see the Makefile.
package buildinfo

import (
	"strconv"

	"github.com/root-gg/plik/plik/api"
)

// Set with -ldflags "-X ….version=1.4.0".
var (
	version  = "0.0.0"
	date     = "" // Unix seconds
	revision = ""
	mint     = "" // "true": built from a clean tree
	release  = "" // "true": built from a tag
)

// Version returns the version, 0.0.0 for a development build.
func Version() string { return version }

// Get returns what is told to clients.
func Get() api.BuildInfo {
	b := api.BuildInfo{Version: version, GitFullRevision: revision, IsMint: mint == "true", IsRelease: release == "true"}
	b.Date, _ = strconv.ParseInt(date, 10, 64)
	b.GitShortRevision = revision[:min(7, len(revision))]
	return b
}

// String is what `plikd version` prints.
func String() string {
	s := "v" + version
	if revision != "" {
		s += " (" + revision[:min(7, len(revision))] + ")"
	}
	return s
}
