package command_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConfirm is what an answer means, for all that asks.
func TestConfirm(t *testing.T) {
	t.Parallel()
	questions := map[string][]string{
		"Do you really want to delete this user local:alice and all its uploads ? [y/N]\n": {"user", "delete", "--login", "alice"},
		"Do you really want to remove this file aaFileOfAlice001 FILE1 ? [y/N]\n":          {"file", "delete", "--file", "aaFileOfAlice001"},
		"Do you really want to remove this upload uploadOfAlice001 ? [y/N]\n":              {"upload", "delete", "--upload", "uploadOfAlice001"},
		"Do you really want to remove ALL uploads ? [y/N]\n":                               {"file", "delete"},
	}
	for question, args := range questions {
		t.Run(question, func(t *testing.T) {
			t.Parallel()
			p := fixture(t)
			code, out, errs := p.answer("n\n", args...)
			require.Equal(t, 0, code, "an orderly end")
			require.Empty(t, out)
			require.Equal(t, question, errs)
			require.FileExists(t, p.bytesOf("aaFileOfAlice001"))

			code, out, errs = p.answer("", args...)
			require.Equal(t, 1, code)
			require.Empty(t, out)
			require.Equal(t, question+"plikd: Unable to ask for confirmation : EOF, use --yes where nobody can answer\n", errs)
			require.FileExists(t, p.bytesOf("aaFileOfAlice001"))

			code, _, errs = p.answer("", append(args, "--yes")...)
			require.Equal(t, 0, code, errs)
			require.NotContains(t, errs, "[y/N]")
			require.NoFileExists(t, p.bytesOf("aaFileOfAlice001"))
		})
	}
}

// TestAnswers is what counts as yes.
func TestAnswers(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	for _, in := range []string{"n\n", "\n", "no\n", "yy\n", "yes please\n", "N", "\ny\n", strings.Repeat(" ", 100_000) + "y\n"} {
		code, out, _ := p.answer(in, "upload", "delete", "--upload", "uploadOfAlice001")
		require.Equal(t, 0, code, in)
		require.Empty(t, out, in)
	}
	for _, in := range []string{"y\n", "Y\n", "yes\n", " YES \r\n", "y"} {
		p := fixture(t)
		code, out, errs := p.answer(in, "upload", "delete", "--upload", "uploadOfAlice001")
		require.Equal(t, 0, code, errs)
		require.Equal(t, "upload uploadOfAlice001 has been deleted\n", out, in)
	}
}
