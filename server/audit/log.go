package audit

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Options of a Log. The zero value is good.
type Options struct {
	Now            core.Clock // nil: time.Now
	Stdout, Stderr io.Writer  // nil: those of the process
	// OnError is told of the first event that could not be written, and of the next such one once
	// writing has worked again. May be nil.
	OnError func(error)
}

// Log writes events. It is safe for concurrent use. A nil Log discards them.
type Log struct {
	path    string // of the file; empty: it is a stream, or nothing is written
	now     core.Clock
	onError func(error)

	mu     sync.Mutex
	w      io.Writer // nil: discard
	file   *os.File  // what w is, when it is ours to close
	torn   bool      // a line was begun and not ended
	failed bool      // the last write
}

// Open opens a log: "" writes nothing, "stdout" and "stderr" write there, anything else is the
// path of a file, which is created for its owner only (0600) and never cut. A file that cannot be
// opened is an error.
func Open(dest string, o Options) (*Log, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnError == nil {
		o.OnError = func(error) {}
	}
	l := &Log{now: o.Now, onError: o.OnError}
	switch dest {
	case "":
	case "stdout":
		l.w = stream(o.Stdout, os.Stdout)
	case "stderr":
		l.w = stream(o.Stderr, os.Stderr)
	default:
		l.path = dest
		if err := l.open(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func stream(given, own io.Writer) io.Writer {
	if given != nil {
		return given
	}
	return own
}

// open opens the file, and changes nothing if it cannot.
func (l *Log) open() error {
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open audit log: %w", err)
	}
	l.file, l.w, l.torn, l.failed = f, f, torn(l.path), false
	return nil
}

// torn tells whether a file ends within a line, as a power cut may leave it. A file that
// cannot be read does not.
func torn(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	last := []byte{'\n'}
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// Record writes an event, in one call, so that lines of several processes do not mix in a file.
// What can be said no more, after Close, is dropped.
func (l *Log) Record(e Event) {
	if l == nil {
		return
	}
	if err := l.record(e); err != nil {
		l.onError(fmt.Errorf("write audit log: %w", err))
	}
}

// record returns an error that is to be told.
func (l *Log) record(e Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.w == nil {
		return nil
	}
	text, err := line(e, l.now()) // within the lock, so that times are in order
	if err == nil {
		err = l.write(text)
	}
	told := l.failed
	l.failed = err != nil
	if told {
		return nil
	}
	return err
}

// write writes a line. What is left of one that was cut off, as by a full disk, does not spoil the
// next.
func (l *Log) write(text []byte) error {
	if l.torn {
		text = append([]byte{'\n'}, text...)
	}
	n, err := l.w.Write(text)
	if n > 0 {
		l.torn = n < len(text) && text[n-1] != '\n'
	}
	return err
}

// Reopen opens the file anew, for whoever has renamed it, such as logrotate. When that fails
// the log goes on where it was. A log that is no file is left as it is.
func (l *Log) Reopen() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	old := l.file
	if err := l.open(); err != nil {
		return err
	}
	if err := old.Close(); err != nil {
		return fmt.Errorf("close audit log: %w", err)
	}
	return nil
}

// Close ends the log. Streams stay open. It may be called more than once.
func (l *Log) Close() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.file
	l.file, l.w = nil, nil
	if f == nil {
		return nil
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("close audit log: %w", err)
	}
	return nil
}
