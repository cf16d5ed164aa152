package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/audit"
)

// noon is a time with more digits than are written, in another zone.
func noon() time.Time {
	return time.Date(2026, 3, 4, 13, 0, 0, 7_999_999, time.FixedZone("", 3600))
}

func open(t *testing.T, dest string, o audit.Options) *audit.Log {
	t.Helper()
	if o.Now == nil {
		o.Now = noon
	}
	if o.OnError == nil {
		o.OnError = func(err error) { t.Error(err) }
	}
	l, err := audit.Open(dest, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// written returns the line of an event.
func written(t *testing.T, e audit.Event) string {
	t.Helper()
	var b bytes.Buffer
	open(t, "stdout", audit.Options{Stdout: &b}).Record(e)
	return b.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestLines(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]audit.Event{
		`{"time":"2026-03-04T12:00:00.007Z","action":"logout","result":"ok"}`: {Action: audit.Logout},
		`{"time":"2026-03-04T12:00:00.007Z","action":"impersonate","result":"refused","actor":"local:admin","as":"local:bob","target":"local:bob","ip":"192.0.2.1","detail":"a <b> & \"c\"\nd","ref":"r1"}`: {
			Action: audit.Impersonate, Actor: "local:admin", As: "local:bob", Target: "local:bob",
			IP: netip.MustParseAddr("::ffff:192.0.2.1"), Result: audit.Refused, Detail: "a <b> & \"c\"\nd", Ref: "r1",
		},
		`{"time":"2026-03-04T12:00:00.007Z","action":"login","result":"ok","ip":"fe80::1%eth\n0"}`: {
			Action: audit.Login, IP: netip.MustParseAddr("fe80::1").WithZone("eth\n0"),
		},
	} {
		require.Equal(t, want+"\n", written(t, e))
	}
}

// Whatever a text holds, the event is one line that reads the same, and nothing in it acts on
// a terminal.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\r\n{\"action\":\"login\"}":     `a\r\n{\"action\":\"login\"}`,
		"\x1b[2J\x00\x7f":                 `\u001b[2J\u0000\u007f`,
		"\u0085\u009b31m":                 `\u0085\u009b31m`,
		"\u2028\u2029":                    `\u2028\u2029`,
		"exe\u202egnp\u200b\ufeff\u00ad.": `exe\u202egnp\u200b\ufeff\u00ad.`,
		"\U000E0041":                      `\udb40\udc41`,
		"é 日本 😀":                          "é 日本 😀",
	} {
		got := written(t, audit.Event{Action: audit.Login, Target: text})
		require.Contains(t, got, `"target":"`+want+`"`)
		var back struct{ Target string }
		require.NoError(t, json.Unmarshal([]byte(got), &back))
		require.Equal(t, text, back.Target)
	}
	require.Contains(t, written(t, audit.Event{Target: "a\xff\xfeb"}), "\"target\":\"a\uFFFDb\"")
}

func TestLongTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		strings.Repeat("x", 1024):            strings.Repeat("x", 1024),
		strings.Repeat("x", 1025):            strings.Repeat("x", 1021) + "…",
		strings.Repeat("x", 1<<20):           strings.Repeat("x", 1021) + "…",
		strings.Repeat("é", 1024):            strings.Repeat("é", 510) + "…",
		"x" + strings.Repeat("é", 1024):      "x" + strings.Repeat("é", 510) + "…",
		strings.Repeat("日", 341) + "x":       strings.Repeat("日", 341) + "x",
		strings.Repeat("日", 342):             strings.Repeat("日", 340) + "…",
		strings.Repeat("\xff", 1<<20):        "\uFFFD…",
		strings.Repeat("\xffa", 512):         strings.Repeat("\uFFFDa", 255) + "…",
		strings.Repeat("x", 1020) + "\xffyz": strings.Repeat("x", 1020) + "…",
	} {
		var back struct{ Detail string }
		require.NoError(t, json.Unmarshal([]byte(written(t, audit.Event{Detail: text})), &back))
		require.Equal(t, want, back.Detail, "%.20q", text)
		require.LessOrEqual(t, len(back.Detail), 1024)
	}
	all := strings.Repeat("\x01", 1<<20)
	line := written(t, audit.Event{Action: all, Actor: "a", As: "b", Target: all, Result: all, Detail: all, Ref: all})
	require.Less(t, len(line), 6*5*1024+200)
}

func TestDestinations(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	o := audit.Options{Stdout: &out, Stderr: &errs}
	open(t, "stdout", o).Record(audit.Event{Action: audit.Login})
	open(t, "stderr", o).Record(audit.Event{Action: audit.Logout})
	require.Contains(t, out.String(), `"login"`)
	require.Contains(t, errs.String(), `"logout"`)
	require.Equal(t, 1, strings.Count(out.String(), "\n"))

	off := open(t, "", o)
	off.Record(audit.Event{Action: audit.Export})
	require.NoError(t, off.Reopen())
	var none *audit.Log
	none.Record(audit.Event{Action: audit.Export})
	require.NoError(t, none.Reopen())
	require.NoError(t, none.Close())
	require.NotContains(t, out.String()+errs.String(), "export")

	_, err := audit.Open(filepath.Join(t.TempDir(), "no", "such"), o)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = audit.Open(t.TempDir(), o)
	require.Error(t, err)
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.log")
	l := open(t, path, audit.Options{})
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	l.Record(audit.Event{Action: "one"})
	require.NoError(t, l.Close())
	l.Record(audit.Event{Action: "lost"})
	require.NoError(t, l.Reopen())
	l.Record(audit.Event{Action: "lost"})

	// It goes on where it was, and a line that a power cut left begun is ended.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"time":"20`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	open(t, path, audit.Options{}).Record(audit.Event{Action: "two"})
	lines := strings.Split(read(t, path), "\n")
	require.Len(t, lines, 4)
	require.Contains(t, lines[0], `"one"`)
	require.Equal(t, `{"time":"20`, lines[1])
	require.Contains(t, lines[2], `"two"`)
	require.Empty(t, lines[3])
}

func TestReopen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, old := filepath.Join(dir, "audit.log"), filepath.Join(dir, "audit.log.1")
	l := open(t, path, audit.Options{})
	l.Record(audit.Event{Action: "one"})
	require.NoError(t, os.Rename(path, old))
	l.Record(audit.Event{Action: "two"})
	require.NoError(t, l.Reopen())
	l.Record(audit.Event{Action: "three"})
	require.Equal(t, 2, strings.Count(read(t, old), "\n"))
	require.Contains(t, read(t, path), "three")
	require.Equal(t, 1, strings.Count(read(t, path), "\n"))

	// It cannot be opened anew: events are not lost.
	require.NoError(t, os.Rename(path, old))
	require.NoError(t, os.Mkdir(path, 0o700))
	require.Error(t, l.Reopen())
	l.Record(audit.Event{Action: "four"})
	require.Contains(t, read(t, old), "four")
}

// disk takes so many bytes, and fails then.
type disk struct {
	bytes.Buffer
	room int
}

func (d *disk) Write(p []byte) (int, error) {
	n := min(len(p), d.room)
	d.room -= n
	d.Buffer.Write(p[:n])
	if n < len(p) {
		return n, errors.New("disk full")
	}
	return n, nil
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	var told []string
	d := &disk{room: 10}
	l := open(t, "stdout", audit.Options{Stdout: d, OnError: func(err error) { told = append(told, err.Error()) }})
	for range 3 {
		l.Record(audit.Event{Action: "lost"})
	}
	require.Equal(t, []string{"write audit log: disk full"}, told, "once")
	d.room = 1 << 20
	l.Record(audit.Event{Action: "one"})
	l.Record(audit.Event{Action: "two"})
	d.room = 0
	l.Record(audit.Event{Action: "lost"})
	l.Record(audit.Event{Action: "lost"})
	require.Len(t, told, 2, "once more, after it worked")

	lines := strings.Split(d.String(), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, `{"time":"2`, lines[0])
	require.True(t, json.Valid([]byte(lines[1])), lines[1])
	require.True(t, json.Valid([]byte(lines[2])), lines[2])
}

// onError may use the log itself.
func TestErrorIsToldOutsideTheLock(t *testing.T) {
	t.Parallel()
	var l *audit.Log
	n := 0
	l = open(t, "stdout", audit.Options{Stdout: &disk{}, OnError: func(error) { n++; l.Record(audit.Event{}) }})
	l.Record(audit.Event{})
	require.Equal(t, 1, n)
}

// writes counts the calls.
type writes struct {
	io.Writer
	n int
}

func (w *writes) Write(p []byte) (int, error) { w.n++; return w.Writer.Write(p) }

func TestAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.log")
	file := open(t, path, audit.Options{})
	w := &writes{Writer: io.Discard}
	stream := open(t, "stderr", audit.Options{Stderr: w})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for j := range 50 {
				e := audit.Event{Action: audit.Login, Target: fmt.Sprint(i, j), Detail: strings.Repeat("x", 900)}
				file.Record(e)
				stream.Record(e)
			}
			if err := file.Reopen(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1000, w.n, "one call for each line")
	seen := map[string]bool{}
	for text := range strings.Lines(read(t, path)) {
		var e struct{ Target string }
		require.NoError(t, json.Unmarshal([]byte(text), &e))
		seen[e.Target] = true
	}
	require.Len(t, seen, 1000)
}

func FuzzRecord(f *testing.F) {
	f.Add("login", "a\nb", "\xff\u202e")
	f.Add(strings.Repeat("é", 600), "", "\U000E0041\u009b")
	f.Fuzz(func(t *testing.T, action, target, detail string) {
		var b bytes.Buffer
		l, err := audit.Open("stdout", audit.Options{Stdout: &b, OnError: func(err error) { t.Fatal(err) }})
		if err != nil {
			t.Fatal(err)
		}
		l.Record(audit.Event{Action: action, Target: target, Detail: detail})
		if !json.Valid(b.Bytes()) || !utf8.Valid(b.Bytes()) || bytes.Count(b.Bytes(), []byte{'\n'}) != 1 {
			t.Fatalf("%q", b.String())
		}
		if i := strings.IndexAny(b.String()[:b.Len()-1], "\x7f\u0085\u009b\u200e\u202e\u2028\ufeff\r\x1b\x00"); i >= 0 {
			t.Fatalf("%q", b.String())
		}
	})
}
