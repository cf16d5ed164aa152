package archive_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/root-gg/plik/server/archive"
)

func TestSafeNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 600)
	for _, c := range []struct{ in, want []string }{
		{nil, []string{}},
		{[]string{"a.txt", "b c.txt", "été 🐚.txt", ".bashrc"}, []string{"a.txt", "b c.txt", "été 🐚.txt", ".bashrc"}},
		{[]string{"../x", `..\..\y`, "/abs", "a/../../b"}, []string{"x", "y", "abs", "a/b"}},
		{[]string{`C:\x`, "C:x", `\\host\share\f`}, []string{"C_/x", "C_x", "host/share/f"}},
		{[]string{"", ".", "..", " . ", "///"}, []string{"unnamed", "unnamed (1)", "unnamed (2)", "unnamed (3)", "unnamed (4)"}},
		{[]string{"CON", "nul.tar.gz", "Com1 .txt", "LPT¹", "d/aux", "CONSOLE", "COM", "com10"},
			[]string{"_CON", "_nul.tar.gz", "_Com1 .txt", "_LPT¹", "d/_aux", "CONSOLE", "COM", "com10"}},
		{[]string{"a. ", "b...", "c \u00a0"}, []string{"a", "b", "c"}},
		{[]string{"a\x00b\r\nc\x7f", "x\u202egpj.exe", "f.txt:stream", `q"<>|?*`}, []string{"a_b__c_", "x_gpj.exe", "f.txt_stream", "q______"}},
		{[]string{"a\xffb"}, []string{"a_b"}},
		{[]string{"a.txt", "a.txt", "A.TXT", "a (1).txt"}, []string{"a.txt", "a (2).txt", "A (3).TXT", "a (1).txt"}},
		{[]string{"\u00e9", "e\u0301", "\u00c9"}, []string{"\u00e9", "e\u0301 (1)", "\u00c9 (2)"}},
		{[]string{"straße", "STRASSE", "ﬁ", "fi", "K", "\u212a"}, []string{"straße", "STRASSE (1)", "ﬁ", "fi (1)", "K", "\u212a (1)"}},
		{[]string{"i", "I", "İ", "ı"}, []string{"i", "I (1)", "İ", "ı (2)"}},
		{[]string{"a", "a/b", "A/B"}, []string{"a (1)", "a/b", "A/B (1)"}},
		{[]string{".x", ".x", "n.", "n"}, []string{".x", ".x (1)", "n", "n (1)"}},
		{[]string{long + ".txt", long + ".txt"}, []string{strings.Repeat("é", 510) + ".txt", strings.Repeat("é", 502) + " (1).txt"}},
	} {
		if diff := cmp.Diff(c.want, archive.SafeNames(c.in)); diff != "" {
			t.Errorf("SafeNames(%q): %s", c.in, diff)
		}
	}
}

// Many names for one cost no more each than a few do: this ends at once, or not at all.
func TestSafeNamesOfManyDuplicates(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 2_000 {
		names = append(names, "a.txt", fmt.Sprintf("a (%d).txt", i), strings.Repeat("x", 1018)+fmt.Sprintf("%06d", i/2))
	}
	checkSafe(t, archive.SafeNames(names))
}

func FuzzSafeNames(f *testing.F) {
	for _, seed := range []string{
		"a\na\nA\na (1)", "../x\n..\\x\n/x\nC:\\x", "CON\ncon.txt\nCOM¹", "\u00e9\ne\u0301", "a\na/b\nA/b/c",
		"straße\nSTRASSE\nﬁ\nfi", "İ\ni\nI\nı", "ſ\ns", " . \n..\n...\n", "a\xff\x00\u202e", "a／b\na/b\na", strings.Repeat("é", 700) + "\n" + strings.Repeat("é", 800),
		"CON" + strings.Repeat(" ", 1100) + ".txt", "\u1fb3\n\u03b1\u03b9\n\u1fbc", "a\u0345\u0301\na\u0301\u0345",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		in := strings.Split(data, "\n")
		out := archive.SafeNames(in)
		if len(out) != len(in) {
			t.Fatalf("%d names of %d", len(out), len(in))
		}
		checkSafe(t, out)
		if again := archive.SafeNames(out); !slices.Equal(out, again) {
			t.Fatalf("not idempotent: %s", cmp.Diff(out, again))
		}
	})
}

// checkSafe checks what SafeNames guarantees, by other means than it uses.
func checkSafe(t *testing.T, names []string) {
	t.Helper()
	forms := map[string]func(string) string{
		"itself":    func(s string) string { return s },
		"NFC":       norm.NFC.String,
		"NFD":       norm.NFD.String,
		"upper":     strings.ToUpper,
		"NFC upper": func(s string) string { return norm.NFC.String(strings.ToUpper(norm.NFC.String(s))) },
		"NFD upper": func(s string) string { return norm.NFD.String(strings.ToUpper(norm.NFD.String(s))) },
	}
	for form, fn := range forms {
		seen := make(map[string]string)
		for _, n := range names {
			k := fn(n)
			if other, ok := seen[k]; ok {
				t.Fatalf("%q and %q are one in form %s", n, other, form)
			}
			seen[k] = n
		}
		for k, n := range seen {
			for i, r := range k {
				if r != '/' {
					continue
				}
				if other, ok := seen[k[:i]]; ok {
					t.Fatalf("%q is a directory of %q in form %s", other, n, form)
				}
			}
		}
	}
	for _, n := range names {
		switch {
		case n == "", len(n) > 20_000, !utf8.ValidString(n), strings.ContainsAny(n, `\:<>"|?*`),
			strings.ContainsFunc(n, unicode.IsControl), strings.ContainsAny(n, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"):
			t.Fatalf("unsafe name %q", n)
		}
		for part := range strings.SplitSeq(n, "/") {
			base, _, _ := strings.Cut(part, ".")
			switch base = strings.ToUpper(strings.TrimSpace(base)); {
			case part == "", len(part) > 1024, strings.HasSuffix(part, "."), strings.HasSuffix(part, " "):
				t.Fatalf("unsafe part %q of %q", part, n)
			case slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "COM1", "COM9", "LPT1", "LPT9", "COM²"}, base):
				t.Fatalf("device %q in %q", part, n)
			}
		}
	}
}

func BenchmarkSafeNames(b *testing.B) {
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprintf("holiday picture %d.jpg", i/2)
	}
	b.ReportAllocs()
	for b.Loop() {
		archive.SafeNames(names)
	}
}
