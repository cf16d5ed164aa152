package s3

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Finish makes an unfinished object that of key, whose file id must be the same; see
// data.Appender.
func (s *Store) Finish(ctx context.Context, id core.FileID, key data.Key, size int64) (data.Stored, error) {
	if !data.PlainID(string(id)) || !key.Plain() {
		return data.Stored{}, errInvalidID
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	st, tail, err := s.load(ctx, id)
	defer tail.free()
	switch {
	case core.KindOf(err) == core.KindNotFound: // it was finished before
		stored, err := s.finished(ctx, key.File, size)
		return stored, s.failure(ctx, "finish the file", err)
	case err != nil:
		return data.Stored{}, err
	case id != key.File:
		return data.Stored{}, fmt.Errorf("finish the file: it is that of %s", id)
	case st.size() != size:
		return data.Stored{}, fmt.Errorf("finish the file: it has %d bytes, %d were expected", st.size(), size)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitFor)
	defer cancel()
	if err := s.finish(last, id, st, tail.bytes()); err != nil {
		return data.Stored{}, s.failure(ctx, "finish the file", err)
	}
	return data.Stored{Size: size, Details: detailsOf(st.Key)}, nil
}

func (s *Store) finish(ctx context.Context, id core.FileID, st *state, tail []byte) (err error) {
	if err := s.keepKey(ctx, id, st); err != nil {
		return err
	}
	switch {
	case len(st.Parts) == 0:
		err = s.putSmall(ctx, s.objectName(id), st.Key, st.Nonce, tail)
	case len(tail) > 0 && !st.Sealed:
		err = s.lastPart(ctx, id, st, tail)
	}
	if err == nil && len(st.Parts) > 0 {
		err = s.assemble(ctx, s.objectName(id), st.Upload, st.Parts, st.Key, st.Nonce)
	}
	if err != nil {
		return err
	}
	return s.remove(ctx, s.unfinishedName(id))
}

// lastPart sends what is left. When the upload is gone a former life may have come to the end of it.
func (s *Store) lastPart(ctx context.Context, id core.FileID, st *state, tail []byte) error {
	_, there, err := s.look(ctx, s.objectName(id), st.Key, st.Nonce)
	if err != nil || there {
		return err
	}
	p, err := s.putPart(ctx, st.target(s.objectName(id)), len(st.Parts)+1, tail)
	if err != nil {
		return err
	}
	st.Parts = append(st.Parts, p)
	return nil
}

// keyNote is what is kept of a finished object that has a key: who finished it may have died
// before that was noted down.
type keyNote struct {
	Key string `json:"key"`
}

func (s *Store) keepKey(ctx context.Context, id core.FileID, st *state) error {
	if st.Key == "" {
		return nil
	}
	b, err := json.Marshal(keyNote{st.Key})
	if err != nil {
		return err
	}
	return s.putSmall(ctx, s.prefix+finishedDir+string(id), "", "", b)
}

// finished returns what an earlier Finish has.
func (s *Store) finished(ctx context.Context, id core.FileID, size int64) (data.Stored, error) {
	key, err := s.keptKey(ctx, id)
	if err != nil {
		return data.Stored{}, err
	}
	n, there, err := s.look(ctx, s.objectName(id), key, "")
	if err != nil {
		return data.Stored{}, err
	}
	if !there || n != size {
		return data.Stored{}, errUnfinishedAbsent
	}
	return data.Stored{Size: n, Details: detailsOf(key)}, nil
}

func (s *Store) keptKey(ctx context.Context, id core.FileID) (string, error) {
	if s.o.SSE != SSEC {
		return "", nil
	}
	r, err := s.open(ctx, s.prefix+finishedDir+string(id), "", data.Range{})
	if core.KindOf(err) == core.KindNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, 1<<10))
	if err != nil {
		return "", err
	}
	var note keyNote
	if json.Unmarshal(b, &note) != nil || len(note.Key) != sseKeySize {
		return "", errState
	}
	return note.Key, nil
}
