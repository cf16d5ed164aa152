// Package testing_test checks rules that no compiler knows.
package testing_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/root-gg/plik/"

// list runs go list with a template and returns its lines.
func list(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// imports returns what each package of the module imports directly, its tests left out.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, line := range list(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...") {
		words := strings.Fields(line)
		out[strings.TrimPrefix(words[0], module)] = words[1:]
	}
	return out
}

func standard(path string) bool { return !strings.Contains(strings.SplitN(path, "/", 2)[0], ".") }

func TestStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	all := imports(t)
	for _, pkg := range []string{"server/core", "plik/api", "plik"} {
		deps, ok := all[pkg]
		if !ok {
			t.Errorf("package %s is gone", pkg)
		}
		for _, dep := range deps {
			if !standard(dep) && !(pkg == "plik" && dep == module+"plik/api") {
				t.Errorf("%s imports %s, it may use the standard library only", pkg, dep)
			}
		}
	}
}

// TestOwners checks that each of these libraries is used in its own place only.
func TestOwners(t *testing.T) {
	t.Parallel()
	owners := map[string][]string{
		"gorm.io/":                      {"server/metadata"},
		"github.com/go-gormigrate/":     {"server/metadata"},
		"modernc.org/sqlite":            {"server/metadata"},
		"github.com/gorilla/mux":        {"server/handlers"},
		"github.com/skip2/go-qrcode":    {"server/handlers", "cmd/plik/internal/term"},
		"github.com/BurntSushi/toml":    {"server/config", "cmd/plik/internal/rc"},
		"github.com/prometheus/":        {"server/metrics"},
		"github.com/spf13/cobra":        {"cmd"},
		"golang.org/x/oauth2":           {"server/auth"},
		"github.com/coreos/go-oidc/":    {"server/auth"},
		"github.com/golang-jwt/":        {"server/auth"},
		"github.com/ovh/go-ovh":         {"server/auth"},
		"github.com/tus/tusd/":          {"server/handlers/tus"},
		"filippo.io/age":                {"cmd/plik/internal/crypt"},
		"github.com/getkin/kin-openapi": {"testing"},
		"github.com/minio/minio-go/":    {"server/data/s3"},
		"github.com/ncw/swift/":         {"server/data/swift"},
		"cloud.google.com/":             {"server/data/gcs"},
		"google.golang.org/":            {"server/data/gcs"},
		"github.com/jackc/pgx/":         {"server/metadata", "testing/backendtest"},
		"github.com/go-sql-driver/":     {"server/metadata", "testing/backendtest"},
	}
	for pkg, deps := range imports(t) {
		for _, dep := range deps {
			for lib, where := range owners {
				if !strings.HasPrefix(dep, lib) {
					continue
				}
				if !slices.ContainsFunc(where, func(w string) bool { return pkg == w || strings.HasPrefix(pkg, w+"/") }) {
					t.Errorf("%s imports %s, which belongs to %v", pkg, dep, where)
				}
			}
		}
	}
}

// TestDirections checks who may know of whom.
func TestDirections(t *testing.T) {
	t.Parallel()
	forbidden := map[string][]string{
		"plik":             {module + "server"},
		"server/uploads":   {"net/http", module + "server/handlers", module + "server/metadata", module + "server/config"},
		"server/cleaner":   {"net/http", module + "server/handlers", module + "server/metadata", module + "server/config"},
		"server/accounts":  {"net/http", module + "server/handlers", module + "server/metadata", module + "server/config"},
		"server/dump":      {"net/http", module + "server/handlers", module + "server/metadata", module + "server/config"},
		"server/auth":      {module + "server/handlers", module + "server/metadata", module + "server/config", module + "server/accounts"},
		"server/throttle":  {"net/http"},
		"server/password":  {"net/http"},
		"server/audit":     {"net/http"},
		"server/fsck":      {"net/http", module + "server/handlers", module + "server/metadata", module + "server/config"},
		"server/metadata":  {"net/http", module + "server/data", module + "server/handlers", module + "server/uploads"},
		"server/handlers":  {module + "server/metadata", module + "server/data"},
		"server/data":      {module + "server/metadata", module + "server/uploads"},
		"server/data/file": {"net/http"},
		"server/data/mem":  {"net/http"},
		"server/data/seal": {"net/http"},
		"webapp":           {module},
	}
	for pkg, deps := range imports(t) {
		for where, banned := range forbidden {
			if pkg != where && !strings.HasPrefix(pkg, where+"/") || strings.HasSuffix(pkg, "test") {
				continue // a contract suite knows whose contract it is
			}
			for _, dep := range deps {
				for _, b := range banned {
					within := dep == b || strings.HasPrefix(dep, strings.TrimSuffix(b, "/")+"/")
					if within && !strings.HasPrefix(dep, module+where) {
						t.Errorf("%s imports %s", pkg, dep)
					}
				}
			}
		}
	}
}

// TestBackendsStayApart checks that no data backend imports another one. Package seal is none.
func TestBackendsStayApart(t *testing.T) {
	t.Parallel()
	for pkg, deps := range imports(t) {
		for _, dep := range deps {
			inner, ok := strings.CutPrefix(dep, module+"server/data/")
			if ok && strings.HasPrefix(pkg, "server/data/") && pkg != "server/data/"+inner && inner != "seal" {
				t.Errorf("%s imports %s", pkg, dep)
			}
		}
	}
}

func TestProgramsLinkNoTestCode(t *testing.T) {
	t.Parallel()
	for _, dep := range list(t, "-deps", module+"cmd/...") {
		switch {
		case dep == "testing", dep == "net/http/httptest",
			strings.HasPrefix(dep, "github.com/stretchr/"), strings.HasPrefix(dep, "go.uber.org/goleak"),
			strings.HasSuffix(dep, "test") && strings.HasPrefix(dep, module):
			t.Errorf("a program links %s", dep)
		}
	}
}
