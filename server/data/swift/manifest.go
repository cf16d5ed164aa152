package swift

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/core"
)

// span is a part of a segment, or of an object made of segments.
type span struct {
	segment
	from, n int64 // bytes
}

func wholes(parts []segment) []span {
	spans := make([]span, 0, len(parts))
	for _, p := range parts {
		if p.Used > 0 {
			spans = append(spans, span{segment: p, n: p.Used})
		}
	}
	return spans
}

// entry is a segment in a manifest as Swift wants it.
type entry struct {
	Path  string `json:"path"`
	ETag  string `json:"etag,omitempty"`
	Size  int64  `json:"size_bytes"`
	Range string `json:"range,omitempty"`
}

func (s *Store) entry(p span) entry {
	e := entry{Path: "/" + s.segments + "/" + p.Name, ETag: p.Hash, Size: p.Size}
	if p.from > 0 || p.n < p.Size {
		e.Range = fmt.Sprintf("%d-%d", p.from, p.from+p.n-1)
	}
	return e
}

// manifest makes an object out of spans, of which there are some but not too many. Swift checks that
// they are there and have not changed.
func (s *Store) manifest(ctx context.Context, container, name string, spans []span) error {
	entries := make([]entry, 0, len(spans))
	for _, p := range spans {
		entries = append(entries, s.entry(p))
	}
	b, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	return s.putBytes(ctx, container, name, b, url.Values{"multipart-manifest": {"put"}})
}

// nest makes manifests of spans until they fit into one. The names of those, which begin with
// prefix, are returned even with an error.
func (s *Store) nest(ctx context.Context, spans []span, prefix string) (fit []span, names []string, err error) {
	for len(spans) > s.maxEntries {
		var outer []span
		for group := range slices.Chunk(spans, s.maxEntries) {
			name := prefix + "manifest-" + core.RandomText(16)
			if err := s.manifest(ctx, s.segments, name, group); err != nil {
				return nil, names, err
			}
			names = append(names, name)
			var size int64
			for _, p := range group {
				size += p.n
			}
			outer = append(outer, span{segment: segment{Name: name, Size: size}, n: size})
		}
		spans = outer
	}
	return spans, names, nil
}

// publish makes the object of name out of spans. It returns the manifests that it needed besides.
// After an error there is none of these spans.
func (s *Store) publish(ctx context.Context, name string, spans []span, prefix string) ([]string, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	fit, extra, err := s.nest(ctx, spans, prefix)
	if err != nil {
		return extra, s.storing("store a manifest", err)
	}
	err = s.manifest(ctx, s.container, name, fit)
	if err == nil {
		return extra, nil
	}
	if code := statusOf(err); code >= 400 && code < 500 {
		return extra, s.storing("store a manifest", err)
	}
	settled, cancel := settle(ctx) // the answer may have been lost
	defer cancel()
	if refs, lookErr := s.references(settled, s.container, name); lookErr == nil && slices.Contains(refs, fit[0].Name) {
		if ctx.Err() == nil {
			return extra, nil
		}
		if err := s.remove(settled, s.container, name); err != nil {
			return extra, s.failure("remove an object", err)
		}
	}
	return extra, s.storing("store a manifest", err)
}

// maxManifest is how long a manifest may be, in bytes: Swift takes 8 MiB.
const maxManifest = 64 << 20

// references returns the segments that an object needs, and manifests among them: none of a plain
// object. An absent object is a 404.
func (s *Store) references(ctx context.Context, container, name string) ([]string, error) {
	var found []struct {
		Name string `json:"name"`
		Sub  bool   `json:"sub_slo"`
	}
	err := s.retry(ctx, func(ctx context.Context) error {
		resp, h, err := s.get(ctx, container, name, nil, url.Values{"multipart-manifest": {"get"}})
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if !h.IsLargeObjectSLO() {
			found = nil
			return nil
		}
		return json.NewDecoder(io.LimitReader(resp.Body, maxManifest)).Decode(&found)
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range found {
		ref, ok := strings.CutPrefix(f.Name, "/"+s.segments+"/")
		if !ok {
			continue // not of this store
		}
		names = append(names, ref)
		if f.Sub {
			more, err := s.references(ctx, s.segments, ref)
			if err != nil && !absent(err) {
				return nil, err
			}
			names = append(names, more...)
		}
	}
	return names, nil
}

// get opens an object. ctx must last until the body is closed.
func (s *Store) get(ctx context.Context, container, name string, h lib.Headers, parameters url.Values) (*http.Response, lib.Headers, error) {
	base, err := s.conn.GetStorageUrl(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s.conn.Call(ctx, base, lib.RequestOpts{
		Container: container, ObjectName: name, Operation: http.MethodGet, Headers: h, Parameters: parameters,
		OnReAuth: func() (string, error) { return s.conn.StorageUrl, nil },
	})
}

// copySize is how much is copied in one request, in bytes: Swift says nothing until it is done.
const copySize = 256 << 20

// fuse has Swift copy spans of no more than copySize into a segment of that name.
func (s *Store) fuse(ctx context.Context, spans []span, name string) (segment, error) {
	source := name + "-source"
	defer func() {
		settled, cancel := settle(ctx)
		defer cancel()
		_ = s.remove(settled, s.segments, source) // List finds it
	}()
	if err := s.manifest(ctx, s.segments, source, spans); err != nil {
		return segment{}, err
	}
	err := s.retry(ctx, func(ctx context.Context) error {
		_, err := s.call(ctx, lib.RequestOpts{
			Container: s.segments, ObjectName: name, Operation: http.MethodPut,
			Body:    struct{ io.Reader }{strings.NewReader("")}, // with a body the wait is Timeout
			Headers: lib.Headers{"Content-Length": strconv.Itoa(0), "X-Copy-From": "/" + s.segments + "/" + source},
		})
		return err
	})
	if err != nil {
		return segment{}, err
	}
	o, err := s.head(ctx, s.segments, name)
	if err != nil {
		return segment{}, err
	}
	var size int64
	for _, p := range spans {
		size += p.n
	}
	if o.Bytes != size {
		return segment{}, fmt.Errorf("a copy has %d bytes, %d were expected", o.Bytes, size)
	}
	return segment{Name: name, Size: size, Used: size, Hash: o.Hash}, nil
}
