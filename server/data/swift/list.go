package swift

import (
	"context"
	"iter"
	"strings"
	"time"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

const page = 1000 // names in an answer

// walk calls f with what a container has below prefix, in the order of names, until it returns false.
func (s *Store) walk(ctx context.Context, container, prefix string, f func(lib.Object) bool) error {
	marker := ""
	for {
		var objects []lib.Object
		err := s.retry(ctx, func(ctx context.Context) (err error) {
			objects, err = s.conn.Objects(ctx, container, &lib.ObjectsOpts{Limit: page, Prefix: prefix, Marker: marker})
			return err
		})
		if err != nil {
			return err
		}
		for _, o := range objects {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if !f(o) {
				return nil
			}
		}
		if len(objects) == 0 { // some give less than a page in the middle
			return nil
		}
		marker = objects[len(objects)-1].Name
	}
}

// List yields every object, and segments that no object needs; see data.Lister. Segments that are
// younger than an hour, and others of the same object, it passes over: somebody may be writing.
func (s *Store) List(ctx context.Context) iter.Seq2[data.Entry, error] {
	return func(yield func(data.Entry, error) bool) {
		if ctx.Err() != nil {
			yield(data.Entry{}, context.Cause(ctx))
			return
		}
		err := s.prepare(ctx)
		more := true
		if err == nil {
			err = s.walk(ctx, s.container, "", func(o lib.Object) bool {
				if key, ok := parseObject(o.Name); ok {
					more = yield(data.Entry{Key: key, Size: o.Bytes, Modified: o.LastModified}, nil)
				}
				return more
			})
		}
		if err == nil && more {
			l := &leftovers{s: s, ctx: ctx, yield: yield}
			err = l.all()
		}
		if err != nil {
			yield(data.Entry{}, s.failure("list the files", err))
		}
	}
}

// leftoverAge is after how long a segment that nobody needs is held for forgotten. A Put that runs
// finishes one more often; see segmentAge.
const leftoverAge = time.Hour

// leftovers finds segments nobody needs, one group after the other.
type leftovers struct {
	s     *Store
	ctx   context.Context
	yield func(data.Entry, error) bool

	group   string
	members []lib.Object
	stopped bool
	err     error
}

func (l *leftovers) all() error {
	for _, prefix := range []string{dataPrefix, putPrefix} {
		err := l.s.walk(l.ctx, l.s.segments, prefix, func(o lib.Object) bool {
			group, ok := groupOf(o.Name)
			if ok && group != l.group {
				l.end()
				l.group = group
			}
			if ok {
				l.members = append(l.members, o)
			}
			return !l.stopped && l.err == nil
		})
		if err != nil {
			return err
		}
		if l.end(); l.stopped || l.err != nil {
			return l.err
		}
	}
	return nil
}

// end yields what is left of the group.
func (l *leftovers) end() {
	group, members := l.group, l.members
	l.group, l.members = "", nil
	if l.stopped || l.err != nil || len(members) == 0 {
		return
	}
	strays, err := l.s.strays(l.ctx, group, members)
	if err != nil {
		l.err = err
		return
	}
	if len(strays) == 0 {
		return
	}
	e := data.Entry{Partial: true, Name: group}
	name := strings.Split(group, "/")[1]
	if key, ok := parseObject(name); ok {
		e.Key = key
	} else {
		e.Key.File = core.FileID(name)
	}
	for _, o := range strays {
		e.Size += o.Bytes
		if o.LastModified.After(e.Modified) {
			e.Modified = o.LastModified
		}
	}
	l.stopped = !l.yield(e, nil)
}

// strays returns those of a group that nobody needs.
func (s *Store) strays(ctx context.Context, group string, members []lib.Object) (strays []lib.Object, err error) {
	for _, o := range members {
		if s.now().Sub(o.LastModified) < leftoverAge {
			return nil, nil
		}
	}
	if id, ok := strings.CutPrefix(group, dataPrefix); ok {
		_, err := s.head(ctx, s.segments, unfinishedPrefix+strings.TrimSuffix(id, "/"))
		if err == nil || !absent(err) {
			return nil, err
		}
	}
	needed, err := s.needed(ctx, group)
	if err != nil {
		return nil, err
	}
	for _, o := range members {
		if !needed[o.Name] {
			strays = append(strays, o)
		}
	}
	return strays, nil
}

// needed returns what the object of a group needs of it; nothing when there is none.
func (s *Store) needed(ctx context.Context, group string) (map[string]bool, error) {
	name := strings.Split(group, "/")[1]
	if strings.HasPrefix(group, dataPrefix) {
		b, err := s.read(ctx, group+markerName)
		if absent(err) {
			return nil, nil
		}
		if err != nil {
			return nil, s.failure("read to which object segments belong", err)
		}
		name = string(b)
	}
	refs, err := s.references(ctx, s.container, name)
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, s.failure("read a manifest", err)
	}
	needed := map[string]bool{}
	for _, ref := range refs {
		if strings.HasPrefix(ref, group) {
			needed[ref], needed[group+markerName] = true, true
		}
	}
	return needed, nil
}

// Discard removes segments that List found; see data.Discarder.
func (s *Store) Discard(ctx context.Context, e data.Entry) (bool, error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if group, ok := groupOf(e.Name + "x"); !ok || group != e.Name || !e.Partial {
		return false, nil
	}
	if err := s.prepare(ctx); err != nil {
		return false, err
	}
	var members []lib.Object
	err := s.walk(ctx, s.segments, e.Name, func(o lib.Object) bool {
		members = append(members, o)
		return true
	})
	if err != nil {
		return false, s.failure("list segments", err)
	}
	strays, err := s.strays(ctx, e.Name, members)
	if err != nil || len(strays) == 0 {
		return false, err
	}
	names := make([]string, 0, len(strays))
	for _, o := range strays {
		names = append(names, o.Name)
	}
	if err := s.removeAll(ctx, names); err != nil {
		return false, s.failure("delete segments", err)
	}
	return true, nil
}
