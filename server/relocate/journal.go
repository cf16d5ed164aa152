package relocate

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/root-gg/plik/server/core"
)

const (
	journalFormat  = "plik-migration"
	journalVersion = 1
)

// Record is a file that was copied and verified.
type Record struct {
	File    core.FileID   `json:"file"`
	Upload  core.UploadID `json:"upload"`
	Size    int64         `json:"size"` // bytes
	MD5     string        `json:"md5"`
	Details string        `json:"details,omitempty"` // that the new store wants; may hold a key
}

type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	To      string `json:"to"`
}

// Journal remembers what was copied, in a file of JSON lines that only its owner may read. It is
// safe for concurrent use.
type Journal struct {
	mu   sync.Mutex
	file *os.File
	done map[core.FileID]Record
}

// OpenJournal opens the journal at path, or begins it; to names the store that is copied to. One
// for another store is an error. A line that a crash has torn is dropped.
func OpenJournal(path, to string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j := &Journal{file: f, done: map[core.FileID]Record{}}
	if err := j.load(to); err != nil {
		return nil, errors.Join(fmt.Errorf("journal %s: %w", path, err), f.Close())
	}
	return j, nil
}

func (j *Journal) load(to string) error {
	if err := lockFile(j.file); err != nil {
		return err
	}
	r := bufio.NewReader(j.file)
	whole := int64(0) // bytes of whole lines
	for first := true; ; first = false {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err != nil { // nothing, or a torn line
			break
		}
		if err := j.line(line, first, to); err != nil {
			return err
		}
		whole += int64(len(line))
	}
	if err := j.file.Truncate(whole); err != nil {
		return err
	}
	if _, err := j.file.Seek(whole, io.SeekStart); err != nil {
		return err
	}
	if whole > 0 {
		return nil
	}
	return j.write(header{journalFormat, journalVersion, to})
}

func (j *Journal) line(line []byte, first bool, to string) error {
	if !first {
		var r Record
		if err := json.Unmarshal(line, &r); err != nil || r.File == "" {
			return errors.New("it is damaged; remove it to begin anew")
		}
		j.done[r.File] = r
		return nil
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil || h.Format != journalFormat || h.Version != journalVersion {
		return errors.New("this is no journal of a migration")
	}
	if h.To != to {
		return fmt.Errorf("it is of a migration to %s, this one is to %s; give another --journal", h.To, to)
	}
	return nil
}

func (j *Journal) write(row any) error {
	line, err := json.Marshal(row)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

// Of returns what was noted of a file.
func (j *Journal) Of(id core.FileID) (Record, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r, ok := j.done[id]
	return r, ok
}

// add notes a file. It need not survive a power cut: the file is copied again then.
func (j *Journal) add(r Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.write(r); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	j.done[r.File] = r
	return nil
}

// all returns what was noted.
func (j *Journal) all() []Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]Record, 0, len(j.done))
	for _, r := range j.done {
		out = append(out, r)
	}
	return out
}

// Close closes the file, which stays.
func (j *Journal) Close() error { return j.file.Close() }
