package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// uploadCmd checks an option of the upload of the last output, as the server tells of it: upload KEY VALUE. With
// login and password as third and fourth argument it asks with those.
func uploadCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: upload KEY VALUE [LOGIN PASSWORD]")
	}
	req, err := http.NewRequest(http.MethodGet, of(ts).url()+"/upload/"+lastID(ts), nil)
	ts.Check(err)
	if len(args) == 4 {
		req.SetBasicAuth(args[2], args[3])
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	var got map[string]any
	if args[0] != "status" {
		ts.Check(json.NewDecoder(resp.Body).Decode(&got))
	} else {
		got = map[string]any{"status": float64(resp.StatusCode)}
	}
	text, err := json.Marshal(got[args[0]])
	ts.Check(err)
	if (string(text) == args[1]) == neg {
		ts.Fatalf("%s is %s, not %s", args[0], text, args[1])
	}
}

// lastID returns the id in the last output, or in $OUT if the script keeps it in a file.
func lastID(ts *testscript.TestScript) string {
	m := regexp.MustCompile(`(?:[?&]id=|/(?:file|stream)/)([A-Za-z0-9]+)`).FindStringSubmatch(output(ts))
	if m == nil {
		ts.Fatalf("there is no id of an upload in the output")
	}
	return m[1]
}

func output(ts *testscript.TestScript) string {
	if name := ts.Getenv("OUT"); name != "" {
		return ts.ReadFile(name)
	}
	return ts.ReadFile("stdout")
}

// captureCmd sets a variable to what a regular expression finds in the last output: capture NAME REGEXP
func captureCmd(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(output(ts))
	if m == nil {
		ts.Fatalf("%s is not in the output", args[1])
	}
	ts.Setenv(args[0], m[len(m)-1])
}

// pasteCmd runs the commands of the last output in a directory, in a shell, as people do: paste DIR
func pasteCmd(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	n := 0
	for line := range strings.Lines(output(ts)) {
		if !strings.HasPrefix(line, "curl ") && !strings.HasPrefix(line, "wget ") {
			continue
		}
		n++
		cmd := exec.Command("bash", "-o", "pipefail", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"), "GNUPGHOME="+ts.Getenv("GNUPGHOME"))
		out, err := cmd.CombinedOutput()
		if (err != nil) != neg {
			ts.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	if n == 0 {
		ts.Fatalf("there is no command in the output")
	}
}

// bigCmd makes a file: big NAME BYTES
func bigCmd(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	w := bytes.NewBuffer(nil)
	for i := 0; int64(w.Len()) < min(n, 1<<20); i++ {
		fmt.Fprintf(w, "line %d of this file\n", i)
	}
	for n > 0 {
		part := w.Bytes()[:min(n, int64(w.Len()))]
		_, err = f.Write(part)
		ts.Check(err)
		n -= int64(len(part))
	}
	ts.Check(f.Close())
}

// codeCmd runs a command that must exit with a code: code CODE COMMAND [ARG...]. Standard input is the file in $IN.
func codeCmd(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

// waitCmd waits until a file matches a regular expression, or is there: waitfor FILE [REGEXP]. In the name, * stands for
// anything.
func waitCmd(ts *testscript.TestScript, _ bool, args []string) {
	re := regexp.MustCompile("")
	if len(args) > 1 {
		re = regexp.MustCompile(args[1])
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		names, err := filepath.Glob(ts.MkAbs(args[0]))
		ts.Check(err)
		for _, name := range names {
			if text, err := os.ReadFile(name); err == nil && re.Match(text) {
				return
			}
		}
	}
	ts.Fatalf("%s does not come", strings.Join(args, " "))
}

// stateCmd waits until the server has bytes of some file: state BYTES
func stateCmd(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var sum int64
		err := filepath.WalkDir(of(ts).dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.Contains(path, "plik.db") {
				return nil
			}
			if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
			return nil
		})
		ts.Check(err)
		if sum >= want {
			return
		}
	}
	ts.Fatalf("the server does not get %s bytes", args[0])
}

// sameCmd compares two directories: samedir A B
func sameCmd(ts *testscript.TestScript, neg bool, args []string) {
	out, err := exec.Command("diff", "-r", ts.MkAbs(args[0]), ts.MkAbs(args[1])).CombinedOutput()
	if (err != nil) != neg {
		ts.Fatalf("%s and %s: %s", args[0], args[1], out)
	}
}
