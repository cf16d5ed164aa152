package throttle

import (
	"container/heap"
	"time"
)

// bucket is the whole state of a key: when it will have all its guesses again. Each guess that
// is taken moves that by the rate, which is a token bucket in exact arithmetic (the "generic cell
// rate algorithm"). The one of golang.org/x/time/rate cannot take back later what it gave out.
type bucket struct {
	key   string
	full  time.Time
	used  uint64 // when it was taken from last, in uses
	index int    // in the queue
}

// fill sets when a bucket will be full, and forgets one that is.
func (l *Limiter) fill(b *bucket, full, now time.Time) {
	if !full.After(now) {
		l.drop(b)
		return
	}
	b.full = full
	heap.Fix(&l.order, b.index)
}

func (l *Limiter) add(b *bucket) {
	l.buckets[b.key] = b
	heap.Push(&l.order, b)
}

func (l *Limiter) drop(b *bucket) {
	heap.Remove(&l.order, b.index)
	delete(l.buckets, b.key)
}

// makeRoom forgets the buckets that are full, and the fullest one if there are still too many.
func (l *Limiter) makeRoom(now time.Time) {
	for len(l.order) > 0 && (len(l.order) >= l.size || !l.order[0].full.After(now)) {
		l.drop(l.order[0])
	}
}

// queue is a heap of buckets: the fullest first, then the least recently used.
type queue []*bucket

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if !q[i].full.Equal(q[j].full) {
		return q[i].full.Before(q[j].full)
	}
	return q[i].used < q[j].used
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	b := x.(*bucket)
	b.index = len(*q)
	*q = append(*q, b)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	b := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return b
}
