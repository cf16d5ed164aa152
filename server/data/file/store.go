package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/seal"
)

// partialDir holds what is being written. No object can be in it: no id starts with a dot.
const partialDir = ".partial"

// Options are what a Store needs.
type Options struct {
	Directory string // where the objects are; created when absent
	// Keys, if there are any, seal what is stored: the first one new files, and all of them open what
	// is there. See package seal.
	Keys []seal.Key
}

// Store is a data.Backend on a directory. It is also a data.Lister, Discarder and Checker.
type Store struct {
	directory string   // absolute, for messages
	root      *os.Root // every access goes through it: no id and no symbolic link leads out
	partial   partials
	disk      disk
	owner     *owner
	written   atomic.Uint64 // numbers the partial files
	buffers   sync.Pool     // of *[bufferSize]byte
	keys      []seal.Key    // none: new files are stored as they are

	mu      sync.Mutex
	durable map[string]struct{} // object directories known to survive a power cut
}

var (
	_ data.Backend   = (*Store)(nil)
	_ data.Lister    = (*Store)(nil)
	_ data.Discarder = (*Store)(nil)
	_ data.Checker   = (*Store)(nil)
)

// New opens the store of a directory, which it creates when absent.
func New(o Options) (*Store, error) {
	if o.Directory == "" {
		return nil, errors.New("the data directory is not set: name one in the configuration")
	}
	if slices.Contains(o.Keys, seal.Key{}) {
		return nil, errors.New("a key of the data directory is empty")
	}
	dir, err := filepath.Abs(o.Directory)
	if err != nil {
		return nil, fmt.Errorf("the data directory %s cannot be found: start plikd from a directory that exists, or configure an absolute path: %w", o.Directory, err)
	}
	if err := makeDirs(dir); err != nil {
		return nil, fmt.Errorf("the data directory %s cannot be created: create it and let the user that runs plikd write to it: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the data directory %s cannot be opened: let the user that runs plikd read and write it: %w", dir, err)
	}
	s, err := newStore(root)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the data directory %s cannot be written: let the user that runs plikd write to it: %w", dir, err), root.Close())
	}
	s.directory, s.keys = dir, slices.Clone(o.Keys)
	return s, nil
}

func newStore(root *os.Root) (*Store, error) {
	if err := (rooted{Root: root}).mkdir(partialDir); err != nil {
		return nil, err
	}
	partial, err := openPartials(root)
	if err != nil {
		return nil, err
	}
	own, err := takeOwnership(root)
	if err != nil {
		return nil, errors.Join(err, partial.Close())
	}
	return &Store{
		root:    root,
		partial: partial,
		disk:    rooted{root, partial},
		owner:   own,
		buffers: sync.Pool{New: func() any { return new([bufferSize]byte) }},
		durable: make(map[string]struct{}),
	}, nil
}

// Close ends the use of the store. Readers that Open returned go on working; a Put
// that is still running fails.
func (s *Store) Close() error {
	return errors.Join(s.owner.release(s.root), s.partial.Close(), s.root.Close())
}

// objectDir is the directory of the object of a plain id: its first two characters.
func objectDir(id string) string { return id[:min(2, len(id))] }

// objectPath is where the object of a plain file id is.
func objectPath(id core.FileID) string {
	return objectDir(string(id)) + "/" + string(id)
}

// legacyDir is where versions before 1.3 put the objects of an upload.
func legacyDir(id core.UploadID) string {
	return objectDir(string(id)) + "/" + string(id)
}

// paths returns where the object of a plain key may be, the likelier place first.
func paths(key data.Key) []string {
	p := []string{objectPath(key.File)}
	if key.Upload != "" {
		p = append(p, path.Join(legacyDir(key.Upload), string(key.File)))
	}
	return p
}

// makeDirs creates dir and what is missing above it, each entry safely on the disk.
func makeDirs(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := makeDirs(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		// Another process may have been faster.
		if info, statErr := os.Stat(dir); !errors.Is(err, fs.ErrExist) || statErr != nil || !info.IsDir() {
			return err
		}
	}
	f, err := os.Open(parent)
	if err != nil {
		return nil // a directory that may be entered but not read: nothing to sync through
	}
	defer f.Close()
	return syncDir(f)
}
