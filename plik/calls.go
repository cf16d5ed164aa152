package plik

import (
	"context"
	"io"
	"net/http"
)

// UploadFile sends a file. Upload and file are returned with the error when it could not be sent.
func (c *Client) UploadFile(path string) (*Upload, *File, error) {
	return c.UploadFileContext(context.Background(), path)
}

// UploadFileContext is UploadFile with a context.
func (c *Client) UploadFileContext(ctx context.Context, path string) (*Upload, *File, error) {
	u := c.NewUpload()
	f, err := u.AddFileFromPath(path)
	if err != nil {
		return nil, nil, err
	}
	return u, f, u.UploadContext(ctx)
}

// UploadReader sends what r has until its end, under a name.
func (c *Client) UploadReader(name string, r io.Reader) (*Upload, *File, error) {
	return c.UploadReaderContext(context.Background(), name, r)
}

// UploadReaderContext is UploadReader with a context. It cannot interrupt r itself.
func (c *Client) UploadReaderContext(ctx context.Context, name string, r io.Reader) (*Upload, *File, error) {
	u := c.NewUpload()
	f := u.AddFileFromReader(name, r)
	return u, f, u.UploadContext(ctx)
}

// GetServerVersion asks for the version of the server.
func (c *Client) GetServerVersion() (*BuildInfo, error) {
	return c.GetServerVersionContext(context.Background())
}

// GetServerVersionContext is GetServerVersion with a context.
func (c *Client) GetServerVersionContext(ctx context.Context) (*BuildInfo, error) {
	v, _, err := get[BuildInfo](ctx, c, call{method: http.MethodGet, path: []string{"version"}, safety: idempotent})
	return v, err
}

// GetServerConfig asks for limits and features of the server.
func (c *Client) GetServerConfig() (*Configuration, error) {
	return c.GetServerConfigContext(context.Background())
}

// GetServerConfigContext is GetServerConfig with a context.
func (c *Client) GetServerConfigContext(ctx context.Context) (*Configuration, error) {
	v, _, err := get[Configuration](ctx, c, call{method: http.MethodGet, path: []string{"config"}, safety: idempotent})
	return v, err
}

// GetUpload fetches an upload, with the client's own login and password if it has some.
func (c *Client) GetUpload(id string) (*Upload, error) {
	return c.GetUploadContext(context.Background(), id)
}

// GetUploadContext is GetUpload with a context.
func (c *Client) GetUploadContext(ctx context.Context, id string) (*Upload, error) {
	p := c.params()
	return c.GetUploadProtectedByPasswordContext(ctx, id, p.Login, p.Password)
}

// GetUploadProtectedByPassword fetches an upload that is protected.
func (c *Client) GetUploadProtectedByPassword(id, login, password string) (*Upload, error) {
	return c.GetUploadProtectedByPasswordContext(context.Background(), id, login, password)
}

// GetUploadProtectedByPasswordContext is GetUploadProtectedByPassword with a context.
func (c *Client) GetUploadProtectedByPasswordContext(ctx context.Context, id, login, password string) (*Upload, error) {
	return c.fetch(ctx, id, secrets{token: c.params().Token, login: login, password: password})
}

// GetUploadWithToken fetches an upload with the right to add to it and to delete.
func (c *Client) GetUploadWithToken(ctx context.Context, id, uploadToken string) (*Upload, error) {
	p := c.params()
	return c.fetch(ctx, id, secrets{token: p.Token, login: p.Login, password: p.Password, uploadToken: uploadToken})
}

func (c *Client) fetch(ctx context.Context, id string, s secrets) (*Upload, error) {
	m, head, err := get[UploadMetadata](ctx, c, call{
		method: http.MethodGet, path: []string{"upload", id}, secrets: s, safety: idempotent,
	})
	if err != nil {
		return nil, err
	}
	if m.UploadToken == "" {
		m.UploadToken = s.uploadToken
	}
	u := c.fetched(m, head)
	u.Login, u.Password = s.login, s.password
	return u, nil
}

// fetched returns an upload as the server tells of it.
func (c *Client) fetched(m *UploadMetadata, head http.Header) *Upload {
	u := c.NewUpload()
	u.UploadParams = UploadParams{
		Stream: m.Stream, OneShot: m.OneShot, Removable: m.Removable, TTL: m.TTL, ExtendTTL: m.ExtendTTL,
		Comments: m.Comments, Token: u.Token, Login: u.Login, Password: u.Password,
	}
	for _, f := range m.Files {
		if f != nil {
			u.files = append(u.files, &File{Name: f.Name, Size: f.Size, upload: u, metadata: f})
		}
	}
	m.Files = nil
	u.metadata, u.raw = m, takesRaw(head)
	return u
}
