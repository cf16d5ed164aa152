package swift

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/core"
)

// state is what an unfinished object consists of. It is stored after its segments and before those
// that it replaces are removed.
type state struct {
	Parts []segment `json:"segments"`
}

func (st *state) size() (n int64) {
	for _, p := range st.Parts {
		n += p.Used
	}
	return n
}

// cut drops what lies past size bytes, and returns the segments that are not needed any more.
func (st *state) cut(size int64) (dropped []string) {
	var at int64
	for i := range st.Parts {
		p := &st.Parts[i]
		if at >= size {
			for _, p := range st.Parts[i:] {
				dropped = append(dropped, p.Name)
			}
			st.Parts = st.Parts[:i]
			return dropped
		}
		p.Used = min(p.Used, size-at)
		at += p.Used
	}
	return nil
}

// parseState reads what save wrote.
func parseState(b []byte) (*state, error) {
	st := &state{}
	if err := json.Unmarshal(b, st); err != nil {
		return nil, fmt.Errorf("parse an unfinished object: %w", err)
	}
	var total int64
	for _, p := range st.Parts {
		if p.Name == "" || p.Used < 0 || p.Used > p.Size || total+p.Used < total {
			return nil, fmt.Errorf("parse an unfinished object: invalid segment %q", p.Name)
		}
		total += p.Used
	}
	return st, nil
}

const maxState = 256 << 20 // bytes

// load returns the state of an unfinished object, errUnfinished without one.
func (s *Store) load(ctx context.Context, id core.FileID) (*state, error) {
	b, err := s.read(ctx, unfinishedPrefix+string(id))
	if absent(err) {
		return nil, errUnfinished
	}
	if err != nil {
		return nil, s.failure("read an unfinished object", err)
	}
	return parseState(b)
}

// read returns a small object, the newest that any replica has.
func (s *Store) read(ctx context.Context, name string) (b []byte, err error) {
	err = s.retry(ctx, func(ctx context.Context) error {
		resp, _, err := s.get(ctx, s.segments, name, lib.Headers{"X-Newest": "true"}, nil)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		b, err = io.ReadAll(io.LimitReader(resp.Body, maxState))
		return err
	})
	return b, err
}

func (s *Store) save(ctx context.Context, id core.FileID, st *state) error {
	b, err := json.Marshal(st)
	if err != nil {
		return err
	}
	if err := s.putBytes(ctx, s.segments, unfinishedPrefix+string(id), b, nil); err != nil {
		return s.storing("store an unfinished object", err)
	}
	return nil
}
