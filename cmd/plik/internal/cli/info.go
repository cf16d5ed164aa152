package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/server/buildinfo"
)

func versionCommand() command {
	return command{
		name: "version", short: "Print the version", options: args.Set{optHelp()},
		run: func(a *app, _ context.Context, _ *args.Parsed) error { return a.version() },
	}
}

func (a *app) version() error {
	b := buildinfo.Get()
	b.GoVersion = runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
	_, err := fmt.Fprintln(a.out, "Plik client "+versionText(&b))
	return err
}

// versionText tells of a build.
func versionText(b *plik.BuildInfo) string {
	text := "v" + b.Version
	if b.GitShortRevision != "" {
		text += " built from git rev " + b.GitShortRevision
		var marks []string
		if b.IsMint {
			marks = append(marks, "mint")
		}
		if b.IsRelease {
			marks = append(marks, "release")
		}
		if len(marks) > 0 {
			text += " [" + strings.Join(marks, ",") + "]"
		}
	}
	if b.Date > 0 && b.GoVersion != "" {
		text += fmt.Sprintf(" at %s with %s", time.Unix(b.Date, 0).UTC(), b.GoVersion)
	}
	return text
}

// info prints what the server is and allows.
func (a *app) info(ctx context.Context, s *settings) error {
	c, err := a.client(ctx, s)
	if err != nil {
		return err
	}
	b := buildinfo.Get()
	fmt.Fprintf(a.out, "Plik client version : %s\n\nPlik server url : %s\n", versionText(&b), s.URL)
	version, err := c.GetServerVersionContext(ctx)
	if err != nil {
		return fmt.Errorf("Plik server unreachable : %w", err) //lint:ignore ST1005 a phrase users know
	}
	config, err := c.GetServerConfigContext(ctx)
	if err != nil {
		return fmt.Errorf("Plik server unreachable : %w", err) //lint:ignore ST1005 a phrase users know
	}
	fmt.Fprintf(a.out, "Plik server version : %s\n\nPlik server configuration :\n%s", versionText(version), configText(config))
	return a.out.err
}

func configText(c *plik.Configuration) string {
	var b strings.Builder
	line := func(name string, value any) { fmt.Fprintf(&b, "%s : %v\n", name, value) }
	if c.DownloadDomain != "" {
		line("Download domain", c.DownloadDomain)
	}
	if len(c.DownloadDomainAlias) > 0 {
		line("Download domain alias", c.DownloadDomainAlias)
	}
	line("Maximum file size", sizeText(c.MaxFileSize))
	line("Maximum files per upload", c.MaxFilePerUpload)
	line("Default upload TTL", ttlText(c.DefaultTTL))
	line("Maximum upload TTL", ttlText(c.MaxTTL))
	line("One shot upload", c.FeatureOneShot)
	line("Removable upload", c.FeatureRemovable)
	line("Streaming upload", c.FeatureStream)
	line("Upload password", c.FeaturePassword)
	line("Upload comments", c.FeatureComments)
	line("Upload set TTL", c.FeatureSetTTL)
	line("Upload extend TTL", c.FeatureExtendTTL)
	line("Authentication", c.FeatureAuthentication)
	if c.FeatureAuthentication != "disabled" {
		line("Google authentication", onOff(c.GoogleAuthentication))
		line("OVH authentication", onOff(c.OvhAuthentication))
		if c.OvhAuthentication {
			line("OVH API endpoint", c.OvhAPIEndpoint)
		}
		line("GitHub authentication", onOff(c.GithubAuthentication))
		if c.OidcAuthentication {
			line("OpenID Connect authentication", c.OidcName)
		}
	}
	line("Resumable uploads", onOff(c.ResumableUploads != ""))
	return b.String()
}

func onOff(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

// sizeText returns a limit in bytes in decimal units, as servers are configured.
func sizeText(n int64) string {
	if n <= 0 {
		return "unlimited"
	}
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.1f", v), "0"), ".") + " " + units[i]
}

// ttlText returns a lifetime in seconds as it may be typed: "30d", "1h30m".
func ttlText(seconds int) string {
	if seconds <= 0 {
		return "unlimited"
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		size int
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := seconds / u.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			seconds -= n * u.size
		}
	}
	return b.String()
}

// debug prints the command line and the configuration, without secrets.
func (a *app) debug(p *args.Parsed, s *settings) {
	said := map[string]any{"FILE": p.Operands}
	p.Each(uploadOptions(), func(o args.Option, on bool, values []string) {
		switch {
		case o.Value == "":
			said[o.String()] = on
		case o.Long == "token" || o.Long == "password" || o.Long == "passphrase":
			said[o.String()] = "[set]"
		default:
			said[o.String()] = strings.Join(values, ", ")
		}
	})
	show := func(title string, v any) {
		text, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			text = []byte(err.Error())
		}
		a.note("%s : \n%s", title, text)
	}
	show("Arguments", said)
	show("Configuration", s.Config)
}

// dry says what would be sent, and whether the server would take it.
func (a *app) dry(ctx context.Context, n *sending, c *plik.Client) error {
	config, err := c.GetServerConfigContext(ctx)
	if err != nil {
		return fmt.Errorf("Plik server unreachable : %w", err) //lint:ignore ST1005 a phrase users know
	}
	var problems []string
	if max := config.MaxFilePerUpload; max > 0 && len(n.inputs) > max {
		problems = append(problems, fmt.Sprintf("too many files, the server takes %d in an upload", max))
	}
	for _, in := range n.inputs {
		if config.MaxFileSize > 0 && in.size > config.MaxFileSize {
			problems = append(problems, fmt.Sprintf("%s is too big, the server takes %s", in.name, sizeText(config.MaxFileSize)))
		}
	}
	if config.MaxTTL > 0 && (n.s.TTL > config.MaxTTL || n.s.TTL < 0) {
		problems = append(problems, fmt.Sprintf("the lifetime is too long, the server keeps uploads for %s", ttlText(config.MaxTTL)))
	}
	if err := a.printDry(n); err != nil {
		return err
	}
	if len(problems) > 0 {
		return coded(exitLimit, fmt.Errorf("%s", strings.Join(problems, "\n")))
	}
	return nil
}
