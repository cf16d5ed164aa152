package e2e_test

import (
	"crypto/ed25519"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/root-gg/plik/plik/api"
)

// signer signs clients for the plik under test.
var signer ed25519.PrivateKey

// newSigner makes a key and returns the public part, as the linker takes it.
func newSigner() (string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	signer = private
	return base64.StdEncoding.EncodeToString(public), err
}

// offerCmd has the server offer a file as the client of a version: offer FILE VERSION signed|unsigned|forged
func offerCmd(ts *testscript.TestScript, _ bool, args []string) {
	d := of(ts)
	content := []byte(ts.ReadFile(args[0]))
	system := runtime.GOOS + "-" + runtime.GOARCH
	dir := filepath.Join(d.dir, "clients", system)
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(os.MkdirAll(filepath.Join(d.dir, "changelog"), 0o755))
	ts.Check(os.WriteFile(filepath.Join(d.dir, "changelog", args[1]), []byte("what is new in "+args[1]+"\n"), 0o600))
	sum := md5.Sum(content)
	ts.Check(os.RemoveAll(filepath.Join(dir, "plik.sig")))
	if args[2] == "signed" || args[2] == "forged" {
		version := args[1]
		if args[2] == "forged" {
			version = "0.9.9"
		}
		// What is signed is written out here, so that it stays what it is.
		message := fmt.Appendf(nil, "plik %s %s\n%x\n", version, system, sha256.Sum256(content))
		sig := base64.StdEncoding.EncodeToString(ed25519.Sign(signer, message))
		ts.Check(os.WriteFile(filepath.Join(dir, "plik.sig"), []byte(sig+"\n"), 0o600))
	}
	ts.Check(os.WriteFile(filepath.Join(dir, "plik"), content, 0o600))
	ts.Check(d.stop(1e9))
	d.build = api.BuildInfo{
		Version: args[1],
		Clients: []api.Client{{
			Name: "test", MD5: fmt.Sprintf("%x", sum), Path: "clients/" + system + "/plik", OS: runtime.GOOS, Arch: runtime.GOARCH,
		}},
		Releases: []api.Release{{Name: "1.3"}, {Name: "1.4.0"}, {Name: args[1]}},
	}
	ts.Check(d.start(d.text, d.port))
}
