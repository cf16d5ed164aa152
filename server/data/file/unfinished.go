package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// unfinishedSuffixes are those of all the files of unfinished objects, in the order in which they go.
var unfinishedSuffixes = [...]string{unfinishedSuffix, sealedSuffix, tailSuffix}

// Drop removes an unfinished object; see data.Appender.
func (s *Store) Drop(ctx context.Context, id core.FileID) error {
	if !data.PlainID(string(id)) {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var names []string
	for _, suffix := range unfinishedSuffixes {
		names = append(names, string(id)+suffix)
	}
	return s.removePartials(names...)
}

// removePartials removes what is there of these.
func (s *Store) removePartials(names ...string) error {
	for _, name := range names {
		if err := s.partial.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the unfinished file: %w", err)
		}
	}
	return nil
}

// Unfinished yields the unfinished objects, and what a crash left of one; see data.Appender.
func (s *Store) Unfinished(ctx context.Context) iter.Seq2[data.Unfinished, error] {
	return func(yield func(data.Unfinished, error) bool) {
		found, err := s.findUnfinished()
		if err != nil {
			yield(data.Unfinished{}, fmt.Errorf("list the unfinished files: %w", err))
			return
		}
		for _, id := range slices.Sorted(maps.Keys(found)) {
			if ctx.Err() != nil {
				yield(data.Unfinished{}, context.Cause(ctx))
				return
			}
			if !yield(data.Unfinished{ID: id, Modified: found[id]}, nil) {
				return
			}
		}
	}
}

// findUnfinished returns when each was modified last.
func (s *Store) findUnfinished() (map[core.FileID]time.Time, error) {
	entries, err := readDir(s.root, partialDir)
	if err != nil {
		return nil, err
	}
	found := make(map[core.FileID]time.Time)
	for _, e := range entries {
		name, suffix, _ := strings.Cut(e.Name(), ".")
		if !data.PlainID(name) || !slices.Contains(unfinishedSuffixes[:], "."+suffix) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue
		}
		if err != nil {
			return nil, err
		}
		if id := core.FileID(name); found[id].Before(info.ModTime()) {
			found[id] = info.ModTime()
		}
	}
	return found, nil
}
