package cli_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/cli"
	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/server/core"
)

func TestRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1000": 1000, "500K": 512_000, "500k": 512_000, "2M": 2 << 20, "1.5MiB/s": 3 << 19, "1G": 1 << 30, "10 KB": 10_240, "7b": 7,
	} {
		got, err := cli.ParseRate(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "fast", "0", "-1", "1T", "NaN", "inf", "1e300"} {
		_, err := cli.ParseRate(text)
		require.Error(t, err, text)
	}
}

func FuzzRate(f *testing.F) {
	f.Add("1.5MiB/s")
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := cli.ParseRate(text); err == nil && n < 1 {
			t.Errorf("%q is %d bytes a second", text, n)
		}
	})
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"a", "a/b", `a\b`, "..", "", "x\ny", "\xff", strings.Repeat("é", 600), "...", "CON"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		sent := cli.Sendable(name)
		if err := core.CheckName(sent); err != nil {
			t.Errorf("%q is sent as %q : %v", name, sent, err)
		}
		if core.CheckName(name) == nil && sent != name {
			t.Errorf("%q is sent as %q for no reason", name, sent)
		}
		local := cli.LocalName(name)
		if !filepath.IsLocal(local) || strings.ContainsAny(local, "/\n\x1b\x00") || len(local) > 250 {
			t.Errorf("%q is written as %q", name, local)
		}
	})
}

func TestShell(t *testing.T) {
	t.Parallel()
	require.Equal(t, "http://h/%24%28id%29%60x%60%22%5C%21", cli.InDoubleQuotes("http://h/%24%28id%29`x`\"\\!"))
	require.Equal(t, "a-b_c.d@e", cli.Quote("a-b_c.d@e"))
	require.Equal(t, `'it'\''s $x'`, cli.Quote("it's $x"))
	require.Equal(t, "''", cli.Quote(""))
	require.Equal(t, "https://h/file/x", cli.HidePassword("https://me:secret@h/file/x"))
	require.Equal(t, "https://h", cli.HidePassword("https://me:se@cret@h"))
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "unlimited", -1: "unlimited", 2592000: "30d", 5400: "1h30m", 61: "1m1s"} {
		require.Equal(t, want, cli.TTLText(n))
	}
	for n, want := range map[int64]string{0: "unlimited", -1: "unlimited", 999: "999 B", 1000: "1 kB", 1500: "1.5 kB", 10_000_000_000: "10 GB", 1 << 62: "4.6 EB"} {
		require.Equal(t, want, cli.SizeText(n))
	}
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	answer := func(status int, code, text string) error {
		return fmt.Errorf("unable : %w", &plik.Error{Status: status, Code: code, Text: text})
	}
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for want, errs := range map[int][]error{
		1: {
			errors.New("x"), answer(400, "", "what"), answer(500, "", ""), &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT},
			&url.Error{Op: "parse", Err: errors.New("x")},
		},
		4: {answer(401, "", ""), answer(403, "", "invalid token"), answer(400, "anonymous_refused", ""), answer(400, "", "one shot uploads are disabled")},
		5: {answer(404, "", ""), answer(410, "", "")},
		6: {
			answer(400, "file_too_large", ""), answer(400, "", "file too big (limit is set to 500 B)"), answer(413, "", ""), answer(429, "", ""),
			answer(507, "", ""), answer(400, "", "cannot set infinite TTL"), answer(403, "quota_exceeded", ""),
		},
		7: {answer(502, "", ""), answer(503, "", ""), refused, &url.Error{Op: "Post", Err: refused}},
	} {
		for _, err := range errs {
			require.Equal(t, want, cli.ExitCode(err), "%v", err)
		}
	}
}
