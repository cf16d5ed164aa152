package swift

import (
	"context"
	"slices"
	"strings"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/data"
)

// Delete removes the object and its segments; see data.Backend. The object goes first: nobody finds
// a half, and List finds segments that stay.
func (s *Store) Delete(ctx context.Context, key data.Key) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !key.Plain() {
		return nil
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	name := objectName(key)
	o, err := s.head(ctx, s.container, name)
	if absent(err) {
		return nil
	}
	if err != nil {
		return s.failure("look at an object", err)
	}
	var refs []string
	if o.ObjectType == lib.StaticLargeObjectType {
		if refs, err = s.references(ctx, s.container, name); err != nil && !absent(err) {
			return s.failure("read a manifest", err)
		}
	}
	if err := s.remove(ctx, s.container, name); err != nil {
		return s.failure("delete an object", err)
	}
	markers := map[string]struct{}{}
	for _, ref := range refs {
		if group, ok := groupOf(ref); ok && strings.HasPrefix(group, dataPrefix) {
			markers[group+markerName] = struct{}{}
		}
	}
	for m := range markers {
		refs = append(refs, m)
	}
	if err := s.removeAll(ctx, refs); err != nil {
		return s.failure("delete the segments of an object", err)
	}
	return nil
}

// bulk is how many segments are deleted in one request.
const bulk = 500

// removeAll deletes segments; absent ones are no error.
func (s *Store) removeAll(ctx context.Context, names []string) error {
	for batch := range slices.Chunk(names, bulk) {
		if len(batch) > 2 {
			result, err := s.conn.BulkDelete(ctx, s.segments, batch)
			if err == nil && len(result.Errors) == 0 {
				continue
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
		for _, name := range batch { // not every Swift does it in bulk
			if err := s.remove(ctx, s.segments, name); err != nil {
				return err
			}
		}
	}
	return nil
}
