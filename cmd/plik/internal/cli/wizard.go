package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/rc"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
)

// unconfigured tells whether nothing says which server to use, and somebody wants to be asked.
func (a *app) unconfigured(p *args.Parsed) bool {
	quiet, _ := p.Switch("quiet")
	return !quiet && p.Text("server") == "" && a.getenv("PLIK_URL") == "" && p.Text("profile") == ""
}

// wizard asks for a configuration, writes it and returns where it is. Answers come from standard input, unless
// that is what will be sent: then from the terminal, if there is one.
func (a *app) wizard(ctx context.Context, p *args.Parsed) (string, error) {
	ask := a.asker()
	if len(p.Operands) == 0 && !a.interactive() {
		tty, err := os.OpenFile(ttyName(), os.O_RDWR, 0)
		if err != nil {
			return "", errNobody
		}
		defer tty.Close()
		ask = &term.Asker{In: tty, Out: tty}
	}
	w := &wizard{app: a, ask: ask, config: rc.Default()}
	if err := w.run(ctx); err != nil {
		return "", err
	}
	path := rc.HomePath(a.getenv)
	if err := rc.Write(path, w.config); err != nil {
		return "", err
	}
	fmt.Fprintf(ask.Out, "Plik client settings successfully saved to %s\n", path)
	return path, nil
}

var errNobody = errors.New("there is none, and nobody to ask for the server : use --server, PLIK_URL or plik config set URL")

type wizard struct {
	*app
	ask    *term.Asker
	config *rc.Config
}

func (w *wizard) run(ctx context.Context) error {
	if err := w.server(ctx); err != nil {
		return err
	}
	c := plik.NewClient(w.config.URL)
	server, err := c.GetServerConfigContext(ctx)
	if err != nil {
		w.note("Unable to get server configuration : %s", err)
	} else {
		w.config.Adopt(features(server))
		if server.FeatureAuthentication == "forced" {
			if err := w.token(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// server asks for the server until there is one of that address.
func (w *wizard) server(ctx context.Context) error {
	for {
		word, err := w.ask.Word(ctx, fmt.Sprintf("Please enter your plik domain [default:%s] : \n", rc.Default().URL))
		if errors.Is(err, io.EOF) {
			return errNobody
		}
		if err != nil {
			return fmt.Errorf("unable to ask for the server : %w", err)
		}
		if word == "" {
			word = rc.Default().URL
		}
		if w.config.URL, err = rc.ParseURL(word); err != nil {
			w.note("%s", err)
			continue
		}
		final, err := moved(ctx, w.config.URL)
		if err != nil {
			return err
		}
		if final == w.config.URL {
			return nil
		}
		fmt.Fprintf(w.ask.Out, "We have been redirected to : %s\n", term.Line(final))
		yes, err := w.ask.Confirm(ctx, fmt.Sprintf("Replace current url (%s) with the new one ?", w.config.URL), true)
		if yes {
			w.config.URL = final
		}
		return err
	}
}

// moved returns where a server redirects to, address itself if it does not.
func moved(ctx context.Context, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address+"/", nil)
	if err != nil {
		return "", err
	}
	resp, err := plik.NewHTTPClient(false).Do(req)
	if err != nil {
		return "", err
	}
	resp.Body.Close()
	if resp.Request.URL.String() == req.URL.String() {
		return address, nil
	}
	return rc.ParseURL(resp.Request.URL.String())
}

func (w *wizard) token(ctx context.Context) error {
	fmt.Fprintln(w.ask.Out, "Anonymous uploads are disabled on this server")
	yes, err := w.ask.Confirm(ctx, "Do you want to provide a user authentication token ?", true)
	if err != nil || !yes {
		return err
	}
	token, err := w.ask.Secret(ctx, "Please enter a valid user token : \n")
	w.config.Token = secret(strings.TrimSpace(token))
	return err
}

// features returns the values of a server's configuration by their keys.
func features(c *plik.Configuration) func(key string) string {
	v := reflect.ValueOf(*c)
	return func(key string) string {
		for f := range v.Type().Fields() {
			if f.Tag.Get("json") == key && f.Type.Kind() == reflect.String {
				return v.FieldByIndex(f.Index).String()
			}
		}
		return ""
	}
}
