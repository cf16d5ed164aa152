package server

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
)

func TestClients(t *testing.T) {
	t.Parallel()
	got, err := clients(fstest.MapFS{
		"linux-amd64/plik":       {Data: []byte("hello")},
		"windows-386/plik.exe":   {Data: []byte("hello")},
		"windows-386/MD5SUM":     {Data: []byte("0123456789abcdef0123456789abcdef\n")},
		"freebsd-arm64/plik":     {Data: []byte("hello")},
		"bash/plik.sh":           {Data: []byte("hello")},
		"README":                 {},
		"odd/plik":               {},
		"plan9-riscv64/plik":     {Data: []byte("hello")},
		"linux-amd64/other/plik": {},
	})
	require.NoError(t, err)
	const sum = "5d41402abc4b2a76b9719d911017c592"
	require.Equal(t, []api.Client{
		{Name: "Bash (curl)", MD5: sum, Path: "clients/bash/plik.sh", OS: "bash", Arch: "bash"},
		{Name: "FreeBSD ARM 64bit", MD5: sum, Path: "clients/freebsd-arm64/plik", OS: "freebsd", Arch: "arm64"},
		{Name: "Linux 64bit", MD5: sum, Path: "clients/linux-amd64/plik", OS: "linux", Arch: "amd64"},
		{Name: "plan9", MD5: sum, Path: "clients/plan9-riscv64/plik", OS: "plan9", Arch: "riscv64"},
		{Name: "Windows 32bit", MD5: "0123456789abcdef0123456789abcdef", Path: "clients/windows-386/plik.exe", OS: "windows", Arch: "386"},
	}, got)
	none, err := clients(nil)
	require.NoError(t, err)
	require.Nil(t, none)

	at := time.Unix(1700000000, 0)
	require.Equal(t, []api.Release{{Name: "1.3.8", Date: at.Unix()}}, releases(fstest.MapFS{
		"1.3.8": {ModTime: at}, ".hidden": {}, "folder/x": {},
	}))
	require.Nil(t, releases(nil))
}
