package metadata

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// dsn is where an SQLite database is.
type dsn struct {
	path  string     // on disk
	extra url.Values // parameters of SQLite itself that the user gave
}

// busyTimeout is how long SQLite itself waits for a lock. Beyond that retryBusy goes on,
// which unlike SQLite notices a context that ends.
const busyTimeout = 250 * time.Millisecond

// parseDSN understands what Plik 1.3 took: a path, or a file: DSN with the parameters of
// the driver it used (_journal_mode and the like), which are ignored: they are set by us.
func parseDSN(s string) (dsn, error) {
	path, query, _ := strings.Cut(s, "?")
	params, err := url.ParseQuery(query)
	if err != nil {
		return dsn{}, fmt.Errorf("metadata connection string: %w", err)
	}
	if rest, ok := strings.CutPrefix(path, "file:"); ok {
		rest, _, _ = strings.Cut(rest, "#")
		if path, err = url.PathUnescape(rest); err != nil {
			return dsn{}, fmt.Errorf("metadata connection string: %w", err)
		}
		if authority, ok := strings.CutPrefix(path, "//"); ok { // file:///data/plik.db
			path = strings.TrimPrefix(authority, "localhost")
		}
	}
	if path == "" || strings.HasPrefix(path, ":memory:") || params.Get("mode") == "memory" {
		return dsn{}, errors.New("metadata connection string: the database must be a file, it cannot be in memory")
	}
	d := dsn{path: filepath.Clean(path), extra: url.Values{}}
	// A shared cache would bring table locks back, a read-only database cannot be used.
	for _, k := range []string{"vfs", "psow"} {
		if v := params.Get(k); v != "" {
			d.extra.Set(k, v)
		}
	}
	return d, nil
}

// open returns the DSN of one connection.
//
// synchronous is NORMAL: a commit is in the write-ahead log when the statement returns and
// so survives the death of the process, and the database cannot be corrupted, but a power
// cut may take the last commits away. FULL would prevent that with one fsync for each
// commit, made while all other writers wait. Only some commits need it, those after which
// somebody is told that a file is safe or gone; these call Store.durable, which makes the
// log, and with it every earlier commit, durable, and shares one fsync between all who wait.
func (d dsn) open(readOnly bool) string {
	q := url.Values{}
	for k, v := range d.extra {
		q[k] = v
	}
	// busy_timeout first: switching to WAL may have to wait for a lock.
	q["_pragma"] = []string{
		"busy_timeout(" + strconv.FormatInt(busyTimeout.Milliseconds(), 10) + ")",
		"journal_mode(WAL)",
		"synchronous(NORMAL)",
		"foreign_keys(1)",
		"cache_size(-8192)", // KiB a connection may use
		// Not mapped: a mapping is thrown away whenever another connection has written, and
		// making it again costs more than the reads it spares.
		"mmap_size(0)",
		"journal_size_limit(67108864)", // bytes the log keeps after a checkpoint
	}
	if readOnly {
		q.Add("_pragma", "query_only(1)")
	}
	q.Set("_txlock", "immediate")
	return "file:" + (&url.URL{Path: d.path}).EscapedPath() + "?" + q.Encode()
}

// prepareFile makes sure that the file exists, readable by nobody but us when it is new:
// it holds tokens and password hashes.
func (d dsn) prepareFile(erase bool) error {
	if erase {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			if err := os.Remove(d.path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	f, err := os.OpenFile(d.path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("directory %s does not exist", filepath.Dir(d.path))
	}
	if err != nil {
		return err
	}
	return f.Close()
}
