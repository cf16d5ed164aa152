package swift

import (
	"context"
	"slices"

	"github.com/root-gg/plik/server/core"
)

// Neighbours that are small become one, so that a slow sender, of whom there is a segment every few
// seconds, does not leave more than Swift can put together: of segments of less than 64 KiB fanIn are
// copied into one, then fanIn of those below 1 MiB, and fanIn of those below 16 MiB. Where they follow
// one another there are never more than 3 times fanIn that are smaller than that.
var classes = []int64{64 << 10, slowSegment, 16 << 20}

// Unless it is told otherwise, Swift reads an object quickly as far as the 10th segment of less than
// 1 MiB, and from there on one of these in a second. That goes for what it copies too.
const (
	fanIn       = 10
	slowSegment = 1 << 20 // bytes
)

// small returns the last segments of st that are to become one; from is len(st.Parts) without any.
func (s *Store) small(st *state) (from int) {
	for _, class := range classes {
		if class*fanIn > s.segmentSize {
			break
		}
		from := len(st.Parts)
		for from > 0 && st.Parts[from-1].Used < class {
			from--
		}
		if len(st.Parts)-from >= fanIn {
			return len(st.Parts) - fanIn
		}
	}
	return len(st.Parts)
}

// compact makes one segment of small neighbours at the end of st, and returns those that it replaced.
func (s *Store) compact(ctx context.Context, id core.FileID, st *state) (replaced []string, err error) {
	for from := s.small(st); from < len(st.Parts); from = s.small(st) {
		old := st.Parts[from:]
		offset := (&state{st.Parts[:from]}).size()
		fused, err := s.fuse(ctx, wholes(old), segmentName(id, offset))
		if err != nil {
			return replaced, err
		}
		for _, p := range old {
			replaced = append(replaced, p.Name)
		}
		st.Parts = append(slices.Clone(st.Parts[:from]), fused)
	}
	return replaced, nil
}

// quicken makes fewer spans of those that would make an object slow to read, as far as they are
// neighbours. With an error they are as they were. What it replaces stays.
func (s *Store) quicken(ctx context.Context, id core.FileID, spans []span) ([]span, error) {
	for {
		slow := 0
		for _, p := range spans {
			if p.n < slowSegment {
				slow++
			}
		}
		if slow <= fanIn {
			return spans, nil
		}
		fewer, err := s.fuseSlow(ctx, id, spans)
		if err != nil || len(fewer) == len(spans) {
			return spans, err
		}
		spans = fewer
	}
}

// fuseSlow is a round of quicken.
func (s *Store) fuseSlow(ctx context.Context, id core.FileID, spans []span) (fewer []span, err error) {
	var at int64
	for len(spans) > 0 {
		run := 0
		var size int64
		for run < min(fanIn, len(spans)) && spans[run].n < slowSegment {
			size += spans[run].n
			run++
		}
		if run < 2 {
			fewer, at, spans = append(fewer, spans[0]), at+spans[0].n, spans[1:]
			continue
		}
		fused, err := s.fuse(ctx, spans[:run], segmentName(id, at))
		if err != nil {
			return nil, err
		}
		fewer, at, spans = append(fewer, span{segment: fused, n: size}), at+size, spans[run:]
	}
	return fewer, nil
}

// portions cuts spans into runs of no more than size bytes, count entries, and fanIn that are slow.
func portions(spans []span, size int64, count int) (all [][]span) {
	var run []span
	var n int64
	slow := 0
	for _, p := range spans {
		for p.n > 0 {
			part := p
			part.n = min(p.n, size-n)
			if n == size || len(run) == count || slow == fanIn && part.n < slowSegment {
				all, run, n, slow = append(all, run), nil, 0, 0
				part.n = min(p.n, size)
			}
			if part.n < slowSegment {
				slow++
			}
			run, n = append(run, part), n+part.n
			p.from, p.n = p.from+part.n, p.n-part.n
		}
	}
	if len(run) > 0 {
		all = append(all, run)
	}
	return all
}
