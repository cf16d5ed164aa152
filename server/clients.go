package server

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/root-gg/plik/plik/api"
)

// clients lists the command line clients of a directory: OS-ARCH/plik, or plik.exe, and bash/plik.sh. Their
// digest is in a file MD5SUM beside them, or computed.
func clients(fsys fs.FS) ([]api.Client, error) {
	if fsys == nil {
		return nil, nil
	}
	paths, err := fs.Glob(fsys, "*/plik*")
	if err != nil {
		return nil, err
	}
	var list []api.Client
	for _, p := range paths {
		dir := path.Dir(p)
		system, arch, ok := strings.Cut(dir, "-")
		if dir == "bash" {
			system, arch, ok = "bash", "bash", true
		}
		if !ok {
			continue
		}
		sum, err := clientMD5(fsys, p)
		if err != nil {
			return list, fmt.Errorf("client %s: %w", p, err)
		}
		list = append(list, api.Client{Name: clientName(system, arch), MD5: sum, Path: "clients/" + p, OS: system, Arch: arch})
	}
	return list, nil
}

func clientMD5(fsys fs.FS, p string) (string, error) {
	if text, err := fs.ReadFile(fsys, path.Dir(p)+"/MD5SUM"); err == nil {
		if sum, _, _ := strings.Cut(strings.TrimSpace(string(text)), " "); len(sum) == 2*md5.Size {
			return sum, nil
		}
	}
	f, err := fsys.Open(p)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := md5.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// clientName is how people call a system.
func clientName(system, arch string) string {
	names := map[string]string{
		"darwin": "MacOS", "linux": "Linux", "windows": "Windows", "openbsd": "OpenBSD", "freebsd": "FreeBSD", "bash": "Bash (curl)",
	}
	bits := map[string]string{"386": "32bit", "amd64": "64bit", "arm": "ARM", "arm64": "ARM 64bit"}
	name := names[system]
	if name == "" {
		name = system
	}
	return strings.TrimSpace(name + " " + bits[arch])
}

// releases lists the release notes of a directory, one file each, named after the version.
func releases(fsys fs.FS) []api.Release {
	if fsys == nil {
		return nil
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil
	}
	var list []api.Release
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			list = append(list, api.Release{Name: e.Name(), Date: info.ModTime().Unix()})
		}
	}
	return list
}
