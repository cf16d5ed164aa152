package file

import (
	"context"
	"fmt"

	"github.com/root-gg/plik/server/data"
)

// Delete removes the object; see data.Backend. Its two-character directory stays, empty or not:
// a Put may be about to rename a file into it. The removal is not synced: an object that a power
// cut brings back is found by fsck.
func (s *Store) Delete(ctx context.Context, key data.Key) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !key.Plain() {
		return nil
	}
	for i, name := range paths(key) {
		err := s.root.Remove(name)
		if isAbsent(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("delete the file: %w", err)
		}
		if i > 0 {
			// The directory of the upload goes with its last file. Nothing is put there any more.
			_ = s.root.Remove(legacyDir(key.Upload))
		}
	}
	return nil
}
