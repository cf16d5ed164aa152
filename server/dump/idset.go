package dump

import "hash/maphash"

// idSet is a set of ids, of which it keeps hashes only: one in 2^64 may seem to be in it without
// having been added.
type idSet struct {
	seed maphash.Seed
	sums map[uint64]struct{}
}

type idKey struct {
	kind kind
	id   string
}

func newIDSet() *idSet { return &idSet{maphash.MakeSeed(), map[uint64]struct{}{}} }

func (s *idSet) add(k kind, id string) {
	s.sums[maphash.Comparable(s.seed, idKey{k, id})] = struct{}{}
}

func (s *idSet) has(k kind, id string) bool {
	_, ok := s.sums[maphash.Comparable(s.seed, idKey{k, id})]
	return ok
}
