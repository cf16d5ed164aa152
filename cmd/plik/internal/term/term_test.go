package term_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/term"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain é 漢":            "plain é 漢",
		"\x1b[2J\u009b31m\r\n": "?[2J?31m?\n",
		"a\tb\x7f\x00":         "a\tb??",
		"evil\u202egnp.exe":    "evil?gnp.exe",
		"\u2028x\u2029":        "?x?",
		"bad\xffutf8":          "bad?utf8",
	} {
		require.Equal(t, want, term.Clean(in))
	}
	require.Equal(t, "a b c?", term.Line("a\nb\tc\x1b"))
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b]0;x\a\u202e\n")
	f.Fuzz(func(t *testing.T, s string) {
		line := term.Line(s)
		if !utf8.ValidString(line) || strings.ContainsAny(line, "\n\r\t\x1b\x7f\u009b\u202e") {
			t.Errorf("%q became %q", s, line)
		}
	})
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.00 KiB", 300_000_000: "286.10 MiB", 1 << 30: "1.00 GiB", 5 << 50: "5120.00 TiB",
	} {
		require.Equal(t, want, term.Size(n))
	}
}

// asker asks where the answers are text already.
func asker(t *testing.T, answers string) (*term.Asker, *bytes.Buffer) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	_, err = io.WriteString(w, answers)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	var out bytes.Buffer
	return &term.Asker{In: r, Out: &out}, &out
}

func TestAsk(t *testing.T) {
	t.Parallel()
	ask, out := asker(t, "foo\r\n\nsecret word\n\ntwo words\nrest")
	word, err := ask.Word(t.Context(), "Login: ")
	require.NoError(t, err)
	require.Equal(t, "foo", word)
	word, err = ask.Word(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, word)
	secret, err := ask.Secret(t.Context(), "Password: ")
	require.NoError(t, err)
	require.Equal(t, "secret word", secret)
	_, err = ask.Secret(t.Context(), "")
	require.EqualError(t, err, "unexpected newline")
	_, err = ask.Word(t.Context(), "")
	require.EqualError(t, err, "expected newline")
	rest, err := io.ReadAll(ask.In)
	require.NoError(t, err)
	require.Equal(t, "rest", string(rest), "what follows the answers is left")
	_, err = ask.Line(t.Context(), "")
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, "Login: Password: ", out.String())
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	for answers, want := range map[string]bool{"y\n": true, "YES\n": true, "n\n": false, "No\n": false, "maybe\ny\n": true, "y": true} {
		ask, _ := asker(t, answers)
		got, err := ask.Confirm(t.Context(), "Sure ?", !want)
		require.NoError(t, err)
		require.Equal(t, want, got, answers)
	}
	for _, otherwise := range []bool{true, false} {
		ask, out := asker(t, "\n")
		got, err := ask.Confirm(t.Context(), "Sure ?", otherwise)
		require.NoError(t, err)
		require.Equal(t, otherwise, got)
		require.Contains(t, []string{"Sure ? [Y/n] ", "Sure ? [y/N] "}, out.String())
	}
	for _, answers := range []string{"", "hello\nBODY\nx\ny\n"} {
		ask, _ := asker(t, answers)
		_, err := ask.Confirm(t.Context(), "Sure ?", true)
		require.ErrorContains(t, err, "Unable to ask for confirmation : ", answers)
	}
}

func TestAskEnds(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	ask := &term.Asker{In: r, Out: io.Discard}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, err = ask.Line(ctx, "")
	require.ErrorIs(t, err, cause)
}

func TestLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := term.Lines(&out, []term.Item{{Name: "a", Size: 1 << 20}, {Name: "b", Size: 3 << 20}}, 10*time.Second)
		p.Moved(0, 1<<20, 1<<20)
		p.Done(0, true)
		p.Moved(1, 1<<20, 3<<20)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		p.Close()
		require.Equal(t, "2.00 MiB / 4.00 MiB  50.00%  204.80 KiB/s  1/2 files\n", out.String())
	})
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := term.Lines(&out, []term.Item{{Size: -1}}, 10*time.Second)
		p.Close()
		require.Empty(t, out.String(), "what is quick says nothing")
	})
}

func TestCopyWithoutClipboard(t *testing.T) {
	t.Parallel()
	err := term.Copy(t.Context(), "x", func(string) string { return "" }, nil)
	if err == nil {
		t.Skip("this system has a clipboard without asking for one")
	}
	require.ErrorContains(t, err, "unable to copy to the clipboard")
}

func TestQR(t *testing.T) {
	t.Parallel()
	code, err := term.QR("https://plik.example.org/#/?id=chMqr1UUvCqkPx21")
	require.NoError(t, err)
	require.Contains(t, code, "█")
	_, err = term.QR(strings.Repeat("x", 10_000))
	require.Error(t, err)
}
