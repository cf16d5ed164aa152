package s3

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/minio/minio-go/v7"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// state is how far an unfinished object has come. It is stored as one object with the bytes that
// are no part yet: JSON, a line feed, those bytes. What the store has beyond that does not count.
//
// With SSE-C the key is in it, for all parts must have the same: who may read the bucket may
// decrypt the object until it is finished, and its key is forgotten there. So the last bytes
// are not encrypted with it either.
type state struct {
	Upload string `json:"upload,omitempty"` // the multipart upload; "": none, or it is assembled
	Parts  []part `json:"parts,omitempty"`
	Key    string `json:"key,omitempty"`
	Nonce  string `json:"nonce"`
	MD5    bool   `json:"md5,omitempty"` // see Store.create
	// Sealed says that the parts are all, and may have been made the object already: so it can
	// be copied from. It is not finished for that.
	Sealed bool  `json:"sealed,omitempty"`
	Tail   int64 `json:"tail"` // bytes that follow
}

// maxState bounds the JSON, in bytes: 10 000 parts have less than half of it.
const maxState = 2 << 20

// target is where more parts go.
func (st *state) target(name string) target { return target{name, st.Upload, st.Key, st.MD5} }

func (st *state) size() int64 { return sizeOf(st.Parts) + st.Tail }

var errState = errors.New("what the store knows of an unfinished file cannot be read")

// parseState reads the JSON. What it returns is consistent.
func parseState(line []byte) (*state, error) {
	st := &state{}
	if err := json.Unmarshal(line, st); err != nil {
		return nil, errState // not with what is in it
	}
	if st.Nonce == "" || st.Tail < 0 || len(st.Parts) > maxParts || st.Key != "" && len(st.Key) != sseKeySize || st.Sealed && st.Tail > 0 {
		return nil, errState
	}
	total := st.Tail
	for _, p := range st.Parts {
		if p.Size <= 0 || p.Size > maxPartSize || total > math.MaxInt64-p.Size {
			return nil, errState
		}
		total += p.Size
	}
	if len(st.Parts) > 0 && st.Upload == "" {
		return nil, errState
	}
	return st, nil
}

func (s *Store) unfinishedName(id core.FileID) string { return s.prefix + unfinishedDir + string(id) }

// stored is the state of an unfinished object that is being read: its last bytes follow.
type stored struct {
	*state
	tail io.Reader
	io.Closer
}

// openState opens the state of an unfinished object. An absent one is errUnfinishedAbsent.
func (s *Store) openState(ctx context.Context, id core.FileID) (_ stored, err error) {
	r, err := s.open(ctx, s.unfinishedName(id), "", data.Range{})
	if core.KindOf(err) == core.KindNotFound {
		return stored{}, errUnfinishedAbsent
	}
	if err != nil {
		return stored{}, err
	}
	defer func() {
		if err != nil {
			_ = r.Close() // nothing was written to it
		}
	}()
	in := bufio.NewReaderSize(r, 64<<10)
	line, err := readLine(in)
	if err != nil {
		return stored{}, err
	}
	st, err := parseState(line)
	if err != nil {
		return stored{}, err
	}
	if st.Tail > r.left+int64(in.Buffered()) {
		return stored{}, errState
	}
	return stored{st, io.LimitReader(in, st.Tail), r}, nil
}

// loadState returns the state alone.
func (s *Store) loadState(ctx context.Context, id core.FileID) (*state, error) {
	st, err := s.openState(ctx, id)
	if err != nil {
		return nil, err
	}
	return st.state, st.Close()
}

// load returns the state and the last bytes, nil when there are none. They are the caller's to free.
func (s *Store) load(ctx context.Context, id core.FileID) (*state, *buffer, error) {
	st, err := s.openState(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	defer st.Close()
	if st.Tail == 0 {
		return st.state, nil, nil
	}
	tail, err := s.memory.get(ctx, max(st.Tail, s.limits.minPart))
	if err != nil {
		return nil, nil, err
	}
	if st.Tail > int64(len(tail.all)) { // Memory was more when it was written
		tail.free()
		return nil, nil, errBusy
	}
	tail.n = int(st.Tail)
	if _, err := io.ReadFull(st.tail, tail.bytes()); err != nil {
		tail.free()
		return nil, nil, fmt.Errorf("read the unfinished file: %w", err)
	}
	return st.state, tail, nil
}

// readLine reads to a line feed, which is not far.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line bytes.Buffer
	for {
		some, err := r.ReadSlice('\n')
		line.Write(some)
		switch {
		case err == nil:
			return line.Bytes()[:line.Len()-1], nil
		case err == io.EOF, err == bufio.ErrBufferFull && line.Len() > maxState:
			return nil, errState
		case err != bufio.ErrBufferFull:
			return nil, fmt.Errorf("read the unfinished file: %w", err)
		}
	}
}

// save makes st what counts.
func (s *Store) save(ctx context.Context, id core.FileID, st *state, tail []byte) error {
	st.Tail = int64(len(tail))
	line, err := json.Marshal(st)
	if err != nil {
		return err
	}
	err = s.putSmall(ctx, s.unfinishedName(id), "", "", append(line, '\n'), tail)
	return s.failure(ctx, "note down how far the file has come", err)
}

// forget removes all that belongs to st, but not st. There may be an object: of a seal, or of a Finish
// that did not come to its end.
func (s *Store) forget(ctx context.Context, id core.FileID, st *state) error {
	name := s.objectName(id)
	errs := []error{s.abortAll(ctx, name, "")}
	if st.Upload != "" { // which not every store lists
		errs = append(errs, s.abort(ctx, name, st.Upload))
	}
	errs = append(errs, s.remove(ctx, name))
	return s.failure(ctx, "forget the unfinished file", errors.Join(errs...))
}

// requireParts checks that the multipart upload is still there. A store may have a rule that ends old
// ones.
func (s *Store) requireParts(ctx context.Context, id core.FileID, st *state) error {
	if st.Upload == "" {
		return nil
	}
	err := s.retry(ctx, func(ctx context.Context) error {
		_, err := s.c.core.ListObjectParts(ctx, s.o.Bucket, s.objectName(id), st.Upload, 0, 1)
		return err
	})
	if codeOf(err) == minio.NoSuchUpload {
		return errUnfinishedAbsent
	}
	return err
}
