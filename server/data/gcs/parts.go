package gcs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/storage"

	"github.com/root-gg/plik/server/core"
)

// composeLimit is out of how many objects the service composes one.
const composeLimit = 32

const unfinishedDir = "unfinished/"

// part is a piece of an unfinished object. It never changes.
type part struct {
	name         string
	offset, size int64 // bytes
}

func (s *Store) unfinishedPrefix(id core.FileID) string {
	return s.prefix + unfinishedDir + string(id) + "/"
}

// partName returns a name nobody else uses: a request that is repeated does the same again.
func (s *Store) partName(id core.FileID, offset int64) string {
	return fmt.Sprintf("%s%019d-%s", s.unfinishedPrefix(id), offset, core.RandomText(8))
}

// parsePart returns the offset in the last part of a name.
func parsePart(base string) (offset int64, ok bool) {
	digits, random, ok := strings.Cut(base, "-")
	if !ok || len(digits) != 19 || random == "" || digits[0] == '+' || digits[0] == '-' {
		return 0, false
	}
	offset, err := strconv.ParseInt(digits, 10, 64)
	return offset, err == nil
}

// parts returns what there is of an unfinished object: the pieces that follow one another from the
// start on, and the names of all. Without any it is errUnfinished.
func (s *Store) parts(ctx context.Context, id core.FileID) (parts []part, names []string, err error) {
	prefix := s.unfinishedPrefix(id)
	var all []part
	err = s.walk(ctx, prefix, "", func(o *storage.ObjectAttrs) bool {
		names = append(names, o.Name)
		if offset, ok := parsePart(strings.TrimPrefix(o.Name, prefix)); ok {
			all = append(all, part{name: o.Name, offset: offset, size: o.Size})
		}
		return true
	})
	if err != nil {
		return nil, nil, err
	}
	parts, ok := chain(all)
	if !ok {
		return nil, names, errUnfinished
	}
	return parts, names, nil
}

// chain puts pieces in order. What is covered by a longer one was composed into that, and is to be
// removed. ok tells whether the first is there.
func chain(all []part) (parts []part, ok bool) {
	slices.SortFunc(all, func(a, b part) int {
		if a.offset != b.offset {
			return int(min(max(a.offset-b.offset, -1), 1))
		}
		return int(min(max(b.size-a.size, -1), 1))
	})
	var at int64
	for _, p := range all {
		if p.offset > at {
			break
		}
		if p.offset == at {
			ok = true
			if p.size > 0 {
				parts, at = append(parts, p), at+p.size
			}
		}
	}
	return parts, ok && (len(all) == 0 || all[0].offset == 0)
}

func total(parts []part) int64 {
	if len(parts) == 0 {
		return 0
	}
	last := parts[len(parts)-1]
	return last.offset + last.size
}

// compose has the service make an object out of others, of which there are 1 to composeLimit.
func (s *Store) compose(ctx context.Context, name string, sources []part) (part, error) {
	handles := make([]*storage.ObjectHandle, 0, len(sources))
	var size int64
	for _, p := range sources {
		handles = append(handles, s.bucket.Object(p.name))
		size += p.size
	}
	c := s.bucket.Object(name).ComposerFrom(handles...)
	c.ContentType = contentType
	limited, cancel := context.WithTimeout(ctx, patience+idle)
	defer cancel()
	attrs, err := c.Run(limited)
	if err != nil {
		return part{}, failure(ctx, "compose an object", err)
	}
	if attrs.Size != size {
		return part{}, fmt.Errorf("gcs: an object was composed of %d bytes, %d were expected", attrs.Size, size)
	}
	return part{name: name, offset: sources[0].offset, size: size}, nil
}

// reduce composes until there are no more than composeLimit; name names those that it makes.
func (s *Store) reduce(ctx context.Context, parts []part, name func(offset int64) string) ([]part, error) {
	for len(parts) > composeLimit {
		var fewer []part
		for run := range slices.Chunk(parts, composeLimit) {
			if len(run) > 1 {
				made, err := s.compose(ctx, name(run[0].offset), run)
				if err != nil {
					return nil, err
				}
				run = []part{made}
			}
			fewer = append(fewer, run...)
		}
		parts = fewer
	}
	return parts, nil
}

func (s *Store) removeAll(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := s.remove(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// newest returns the later of two times.
func newest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
