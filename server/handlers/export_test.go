package handlers

import (
	"io"
	"net/http"

	"github.com/root-gg/plik/server/handlers/tus"
	"github.com/root-gg/plik/server/relay"
)

// ServeContent is serveContent.
var ServeContent = serveContent

// ReadForm reads the whole file of a form.
func ReadForm(r *http.Request, body io.Reader) (name string, content []byte, err error) {
	f, err := openForm(r, body)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	content, err = io.ReadAll(f.file)
	return f.name, content, err
}

// Routes lists the API as "METHOD /path".
func Routes() (list []string) {
	for _, r := range (&Handlers{tus: &tus.Server{}, Options: Options{RelayKey: relay.Key{}}}).routes() {
		list = append(list, r.method+" "+r.path)
		if r.method == "GET" {
			list = append(list, "HEAD "+r.path)
		}
	}
	return list
}
