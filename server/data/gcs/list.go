package gcs

import (
	"context"
	"iter"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/root-gg/plik/server/data"
)

// walk calls f with what is below prefix, in the order of names, until it returns false. With a
// delimiter names that have one after prefix are left out.
func (s *Store) walk(ctx context.Context, prefix, delimiter string, f func(*storage.ObjectAttrs) bool) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	q := &storage.Query{Prefix: prefix, Delimiter: delimiter, Projection: storage.ProjectionNoACL}
	if err := q.SetAttrSelection([]string{"Name", "Size", "Updated"}); err != nil {
		return err
	}
	it := s.bucket.Objects(ctx, q)
	for {
		attrs, err := it.Next()
		if err == iterator.Done {
			return nil
		}
		if err != nil {
			return failure(ctx, "list the files", err)
		}
		if attrs.Prefix == "" && !f(attrs) {
			return nil
		}
	}
}

// List yields every object; see data.Lister. A Put that failed leaves nothing.
func (s *Store) List(ctx context.Context) iter.Seq2[data.Entry, error] {
	return func(yield func(data.Entry, error) bool) {
		err := s.walk(ctx, s.prefix, "/", func(o *storage.ObjectAttrs) bool {
			key, ok := s.parseObject(o.Name)
			return !ok || yield(data.Entry{Key: key, Size: o.Size, Modified: o.Updated}, nil)
		})
		if err != nil {
			yield(data.Entry{}, err)
		}
	}
}

// Discard has nothing to do; see List.
func (s *Store) Discard(ctx context.Context, _ data.Entry) (bool, error) {
	return false, context.Cause(ctx)
}
