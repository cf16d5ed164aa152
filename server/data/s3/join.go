package s3

import (
	"context"
	"errors"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Join makes a new unfinished object out of others; see data.Appender. The store copies what is
// large.
func (s *Store) Join(ctx context.Context, id core.FileID, parts []core.FileID) error {
	if !data.PlainID(string(id)) {
		return errInvalidID
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	sources, err := s.sealAll(ctx, parts)
	if err != nil {
		return s.failure(ctx, "join the files", err)
	}
	to, err := s.begin(ctx, id, &state{Key: s.newKey(), Nonce: newNonce(), MD5: true})
	if err != nil {
		return s.failure(ctx, "join the files", err)
	}
	defer to.Close()
	for i, part := range parts {
		if err == nil {
			err = s.joinOne(ctx, to, part, sources[i])
		}
	}
	if err == nil {
		err = to.Sync()
	}
	if err != nil {
		err = s.failure(ctx, "join the files", err)
		to.Close()
		left, cancel := settle(ctx)
		defer cancel()
		return errors.Join(err, s.abortPiece(left, to), s.Drop(left, id))
	}
	return nil
}

// abortPiece ends what st does not know of yet.
func (s *Store) abortPiece(ctx context.Context, p *piece) error {
	if p.w.upload == "" {
		return nil
	}
	return s.failure(ctx, "forget the unfinished file", s.abort(ctx, p.w.name, p.w.upload))
}

// sealAll makes those that have parts objects that can be copied from: before there is one to copy
// to, so that nobody waits for memory who has some. What has no parts has no name.
func (s *Store) sealAll(ctx context.Context, ids []core.FileID) ([]source, error) {
	all := make([]source, len(ids))
	for i, id := range ids {
		st, tail, err := s.load(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(st.Parts) > 0 {
			all[i] = source{s.objectName(id), st.Key, st.size()}
			err = s.seal(ctx, id, st, tail.bytes())
		}
		tail.free()
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Store) joinOne(ctx context.Context, to *piece, part core.FileID, from source) error {
	if from.name != "" {
		return to.w.copyFrom(ctx, from)
	}
	st, err := s.openState(ctx, part)
	if err != nil {
		return err
	}
	defer st.Close()
	return to.w.fill(st.tail)
}
