package file

import (
	"bytes"
	"io"
	"os"

	"github.com/root-gg/plik/server/data/seal"
)

// tailSlots are the two places for the start of the record that is not full yet. The newest one is never
// at odds with what was written after it; the other one is what it was before. Neither is overwritten
// before the one that stays is on the disk.
type tailSlots struct {
	file   *os.File
	slots  [2]seal.Tail // no sequence: nothing is there
	newest int
}

// read finds out what is there. buf holds a slot.
func (t *tailSlots) read(f *seal.File, buf []byte) error {
	for i := range t.slots {
		n, err := t.file.ReadAt(buf[:seal.TailSize], int64(i)*seal.TailSize)
		if err != nil && err != io.EOF {
			return failure(err)
		}
		tail, ok := f.OpenTail(buf[:n])
		if !ok {
			continue
		}
		tail.Plain = bytes.Clone(tail.Plain)
		t.slots[i] = tail
		if tail.Sequence > t.slots[t.newest].Sequence {
			t.newest = i
		}
	}
	return nil
}

// last returns what is in the newest slot; no sequence: nothing.
func (t *tailSlots) last() seal.Tail { return t.slots[t.newest] }

// holding returns the newest slot that has the start of a record, -1: none has.
func (t *tailSlots) holding(number int64) int {
	for _, i := range []int{t.newest, 1 - t.newest} {
		if s := t.slots[i]; s.Sequence > 0 && s.Number == number {
			return i
		}
	}
	return -1
}

// clear empties both slots.
func (t *tailSlots) clear() error {
	if err := t.file.Truncate(0); err != nil {
		return err
	}
	t.slots = [2]seal.Tail{}
	return nil
}

// save makes the start of a record survive a power cut, after what was saved before.
func (t *tailSlots) save(f *seal.File, number int64, plain []byte) error {
	if s := t.last(); s.Sequence > 0 && s.Number == number && len(s.Plain) == len(plain) {
		return nil // it only ever grows
	}
	return t.write(f, t.newest, number, plain)
}

// rewind makes the start of a record what was saved last, whatever that is now. The slot that has the record
// stays: it may be all that is on the disk of it.
func (t *tailSlots) rewind(f *seal.File, number int64, plain []byte) error {
	if s := t.last(); s.Sequence > 0 && s.Number == number && bytes.Equal(s.Plain, plain) {
		return nil
	}
	// A process that died may have written what is there and not synced it.
	if err := t.file.Sync(); err != nil {
		return err
	}
	keep := t.holding(number)
	if keep < 0 {
		keep = t.newest
	}
	return t.write(f, keep, number, plain)
}

// write makes the slot other than keep the newest one. When it fails it has not become so, and the next
// attempt leaves keep alone too.
func (t *tailSlots) write(f *seal.File, keep int, number int64, plain []byte) error {
	tail := seal.Tail{Sequence: t.last().Sequence + 1, Number: number, Plain: plain}
	slot := 1 - keep
	if _, err := t.file.WriteAt(f.SealTail(nil, tail), int64(slot)*seal.TailSize); err != nil {
		return err
	}
	if err := t.file.Sync(); err != nil {
		return err
	}
	tail.Plain = bytes.Clone(plain)
	t.slots[slot], t.newest = tail, slot
	return nil
}
