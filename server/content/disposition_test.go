package content_test

import (
	"mime"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/content"
)

func TestDisposition(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, want string }{
		{"", `inline`},
		{"a.txt", `inline; filename="a.txt"`},
		{"my file.txt", `inline; filename="my file.txt"`},
		{`a"b.txt`, `inline; filename="a_b.txt"; filename*=UTF-8''a%22b.txt`},
		{`a\b`, `inline; filename="a_b"; filename*=UTF-8''a%5Cb`},
		{"a;b (1).txt", `inline; filename="a;b (1).txt"; filename*=UTF-8''a%3Bb%20%281%29.txt`},
		{"100%41.txt", `inline; filename="100_41.txt"; filename*=UTF-8''100%2541.txt`},
		{"it's*.txt", `inline; filename="it's*.txt"`},
		{"été.txt", `inline; filename="_t_.txt"; filename*=UTF-8''%C3%A9t%C3%A9.txt`},
		{"🐚", `inline; filename="_"; filename*=UTF-8''%F0%9F%90%9A`},
		{"x\u202egpj.exe", `inline; filename="x_gpj.exe"; filename*=UTF-8''x%E2%80%AEgpj.exe`},
		{"a\r\nX: y", `inline; filename="a__X: y"; filename*=UTF-8''a%0D%0AX%3A%20y`},
		{"\x00\x7f", `inline; filename="__"; filename*=UTF-8''%00%7F`},
		{`";filename=evil.exe`, `inline; filename="_;filename=evil.exe"; filename*=UTF-8''%22%3Bfilename%3Devil.exe`},
		{`"><svg onload=1>.txt`, `inline; filename="_><svg onload=1>.txt"; filename*=UTF-8''%22%3E%3Csvg%20onload%3D1%3E.txt`},
		{"a\xffb", `inline; filename="a_b"; filename*=UTF-8''a%EF%BF%BDb`},
	} {
		require.Equal(t, c.want, content.Disposition(c.name, false))
		require.Equal(t, "attachment"+strings.TrimPrefix(c.want, "inline"), content.Disposition(c.name, true))
	}
}

func FuzzDisposition(f *testing.F) {
	for _, seed := range []string{"", " a ", "a.txt", `a"b\c%41`, "été", "a\r\nb", "\x00\xff\u202e", "a''b", "x*0", strings.Repeat("é", 512)} {
		f.Add(seed, false)
	}
	printable := regexp.MustCompile(`^[ -~]*$`)
	f.Fuzz(func(t *testing.T, name string, attachment bool) {
		got := content.Disposition(name, attachment)
		if !printable.MatchString(got) {
			t.Fatalf("%q is not printable ASCII", got)
		}
		kind, params, err := mime.ParseMediaType(got)
		if err != nil || kind != map[bool]string{true: "attachment", false: "inline"}[attachment] {
			t.Fatalf("%q: %q, %v", got, kind, err)
		}
		if utf8.ValidString(name) && params["filename"] != name {
			t.Fatalf("%q comes back as %q from %q", name, params["filename"], got)
		}
		fallback, _, _ := strings.Cut(got, "; filename*=")
		if _, params, err = mime.ParseMediaType(fallback); err != nil || strings.ContainsAny(params["filename"], `"\%`) {
			t.Fatalf("fallback %q: %v", fallback, err)
		}
	})
}
