package swift

import (
	"context"
	"errors"
	"fmt"
	"slices"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Finish makes an unfinished object that of key; see data.Appender. Only what is small is copied.
func (s *Store) Finish(ctx context.Context, id core.FileID, key data.Key, size int64) (data.Stored, error) {
	if !data.PlainID(string(id)) || !key.Plain() {
		return data.Stored{}, errKey
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	if err := s.prepare(ctx); err != nil {
		return data.Stored{}, err
	}
	name := objectName(key)
	st, err := s.load(ctx, id)
	if errors.Is(err, errUnfinished) {
		return s.finished(ctx, name, size)
	}
	if err != nil {
		return data.Stored{}, err
	}
	if n := st.size(); n != size {
		return data.Stored{}, fmt.Errorf("swift: an unfinished object has %d bytes, %d were expected", n, size)
	}
	spans, err := s.quicken(ctx, id, wholes(st.Parts))
	if err != nil && ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	if err := s.place(ctx, id, name, spans); err != nil { // it may as well be slow
		return data.Stored{}, err
	}
	if err := s.remove(ctx, s.segments, unfinishedPrefix+string(id)); err != nil {
		return data.Stored{}, s.failure("finish an object", err)
	}
	_ = s.tidy(ctx, dataPrefix+string(id)+"/") // List finds what stays
	return data.Stored{Size: size}, nil
}

// finished is what Finish says when somebody else was there before.
func (s *Store) finished(ctx context.Context, name string, size int64) (data.Stored, error) {
	o, err := s.head(ctx, s.container, name)
	switch {
	case absent(err), err == nil && o.Bytes != size:
		return data.Stored{}, errUnfinished
	case err != nil:
		return data.Stored{}, s.failure("look at an object", err)
	}
	return data.Stored{Size: size}, nil
}

// place makes the object of name out of the segments of id, and notes down first that they are its.
func (s *Store) place(ctx context.Context, id core.FileID, name string, spans []span) error {
	if len(spans) == 0 {
		if err := s.putBytes(ctx, s.container, name, nil, nil); err != nil {
			return s.storing("store an object", err)
		}
		return nil
	}
	group := dataPrefix + string(id) + "/"
	if err := s.putBytes(ctx, s.segments, group+markerName, []byte(name), nil); err != nil {
		return s.storing("finish an object", err)
	}
	_, err := s.publish(ctx, name, spans, group)
	return err
}

// Drop removes an unfinished object; see data.Appender. What tells of it goes first. Should Finish
// have made an object of it, and not noted that down, that stays.
func (s *Store) Drop(ctx context.Context, id core.FileID) error {
	if !data.PlainID(string(id)) {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	name := unfinishedPrefix + string(id)
	if _, err := s.head(ctx, s.segments, name); absent(err) {
		return nil // its segments may be those of an object
	} else if err != nil {
		return s.failure("look at an unfinished object", err)
	}
	if err := s.remove(ctx, s.segments, name); err != nil {
		return s.failure("drop an unfinished object", err)
	}
	return s.tidy(ctx, dataPrefix+string(id)+"/")
}

// tidy removes those of a group of segments, of which there is no unfinished object, that the object
// does not need.
func (s *Store) tidy(ctx context.Context, group string) error {
	var names []string
	err := s.walk(ctx, s.segments, group, func(o lib.Object) bool {
		names = append(names, o.Name)
		return true
	})
	if err != nil {
		return s.failure("list the segments of an object", err)
	}
	needed, err := s.needed(ctx, group)
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return needed[name] })
	if err := s.removeAll(ctx, names); err != nil {
		return s.failure("delete segments", err)
	}
	return nil
}
