package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// partialName is a fresh name for what is being written of the file id. It tells who writes it:
// <file id>.<owner>.<number>.
func (s *Store) partialName(id string) string {
	return id + "." + s.owner.id + "." + strconv.FormatUint(s.written.Add(1), 10)
}

// parsePartial takes apart a partialName.
func parsePartial(name string) (id core.FileID, owner string, ok bool) {
	parts := strings.Split(name, ".")
	if len(parts) != 3 || !data.PlainID(parts[0]) || !data.PlainID(parts[1]) {
		return "", "", false
	}
	if _, err := strconv.ParseUint(parts[2], 10, 64); err != nil {
		return "", "", false
	}
	return core.FileID(parts[0]), parts[1], true
}

// Discard removes a leftover that List found; see data.Discarder. What belongs to a store that
// is still open, in whatever process, is left alone.
func (s *Store) Discard(ctx context.Context, e data.Entry) (bool, error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	_, owner, ok := parsePartial(e.Name)
	if !ok || !e.Partial {
		return false, errors.New("discard: this is not a leftover of the file store")
	}
	if ownerAlive(s.root, owner) {
		return false, nil
	}
	if err := s.root.Remove(partialDir + "/" + e.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("discard the leftover: %w", err)
	}
	return true, nil
}
