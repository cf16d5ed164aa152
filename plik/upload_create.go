package plik

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"github.com/root-gg/plik/plik/api"
)

// Create makes the upload on the server, with the files that were added so far. Whoever calls it while it
// runs waits for the same result; once it succeeded it does nothing. After a failure it may be tried again.
func (u *Upload) Create() error { return u.CreateContext(context.Background()) }

// CreateContext is Create with a context.
func (u *Upload) CreateContext(ctx context.Context) error {
	created := func() (bool, error) { return u.metadata != nil, nil }
	_, err := share(ctx, &u.mu, &u.creating, created, func() error { return u.create(ctx) })
	return err
}

func (u *Upload) create(ctx context.Context) error {
	files := u.Files()
	order := &api.NewUpload{
		TTL: u.TTL, ExtendTTL: u.ExtendTTL, Comments: u.Comments, Stream: u.Stream, OneShot: u.OneShot,
		Removable: u.Removable, Login: u.Login, Password: u.Password, Files: []*api.NewFile{},
	}
	for i, f := range files {
		order.Files = append(order.Files, &api.NewFile{Name: f.Name, Size: f.announced(), Reference: strconv.Itoa(i)})
	}
	m, head, err := get[UploadMetadata](ctx, u.client, call{
		method: http.MethodPost, path: []string{"upload"}, secrets: u.secrets(), body: order, safety: once,
	})
	if err != nil {
		return err
	}
	if m.ID == "" {
		return errors.New("the server did not say the id of the upload")
	}
	if err := assign(files, m.Files); err != nil {
		return err
	}
	m.Files = nil
	u.mu.Lock()
	u.metadata, u.raw = m, takesRaw(head)
	u.mu.Unlock()
	u.checked()
	return nil
}

// assign gives the files what the server made of them.
func assign(files []*File, made []*FileMetadata) error {
	for _, m := range made {
		i, err := strconv.Atoi(m.Reference)
		if err != nil || i < 0 || i >= len(files) {
			return fmt.Errorf("no file match for file reference %s", m.Reference)
		}
	}
	for _, m := range made {
		i, _ := strconv.Atoi(m.Reference)
		files[i].set(m)
	}
	return nil
}

// takesRaw tells whether a server takes the bytes of a file as the body of a PUT: those that label their JSON
// and number their answers do, Plik 1.3 does neither.
func takesRaw(head http.Header) bool {
	kind, _, _ := mime.ParseMediaType(head.Get("Content-Type"))
	return kind == "application/json" && head.Get("X-Request-Id") != ""
}
