package file

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Check tells whether files can be stored now, by storing and removing one byte. Its error is a
// sentence for the operator.
func (s *Store) Check(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	now, err := os.Stat(s.directory)
	if err != nil {
		return fmt.Errorf("the data directory %s is gone: bring it back and restart plikd: %w", s.directory, err)
	}
	then, err := s.root.Stat(".")
	if err != nil {
		return fmt.Errorf("the data directory %s is closed: restart plikd: %w", s.directory, err)
	}
	if !os.SameFile(now, then) {
		// Something was mounted there, or it was renamed: the objects go to where nobody looks.
		return fmt.Errorf("the data directory %s is not the one it was when plikd started: restart plikd", s.directory)
	}
	if err := s.probe(); err != nil {
		if outOfSpace(err) {
			return fmt.Errorf("the data directory %s is full: make room or raise the quota: %w", s.directory, err)
		}
		return fmt.Errorf("the data directory %s cannot be written: let the user that runs plikd write to it and to %s in it, and restart plikd if that is missing: %w", s.directory, partialDir, err)
	}
	return nil
}

// probe writes and removes a file. Should it stay behind, it is a leftover like any other.
func (s *Store) probe() error {
	name := s.partialName("probe")
	h, err := s.disk.create(name)
	if err != nil {
		return err
	}
	_, err = h.Write([]byte{'x'})
	return errors.Join(err, h.Close(), s.disk.remove(partialDir+"/"+name))
}
