package seal

import (
	"encoding/binary"
)

// TailSize is how long a sealed Tail is at most, in bytes.
const TailSize = tailHeader + SealedRecord

// tailHeader is sequence (8 bytes), record (8) and length of the plaintext (4), all big endian.
const tailHeader = 20

// Tail is the start of a record whose end has not come yet. It is kept apart from the file, for a
// record that is replaced by a longer one could be lost with it. Of several the one of the
// highest sequence counts.
type Tail struct {
	Sequence uint64
	Number   int64  // of the record
	Plain    []byte // 1 to RecordSize-1 bytes
}

// SealTail appends a sealed Tail to dst, which must not overlap t.Plain.
func (f *File) SealTail(dst []byte, t Tail) []byte {
	head := binary.BigEndian.AppendUint64(nil, t.Sequence)
	head = binary.BigEndian.AppendUint64(head, uint64(t.Number))
	head = binary.BigEndian.AppendUint32(head, uint32(len(t.Plain)))
	return f.seal(append(dst, head...), t.Plain, append([]byte{ofTail}, head...))
}

// OpenTail opens the Tail that b begins with, in place; false: there is none, or only a part of one.
func (f *File) OpenTail(b []byte) (Tail, bool) {
	if len(b) < tailHeader {
		return Tail{}, false
	}
	head, b := b[:tailHeader], b[tailHeader:]
	n := binary.BigEndian.Uint32(head[16:])
	if n == 0 || n >= RecordSize || len(b) < int(n)+Overhead {
		return Tail{}, false
	}
	plain, err := f.open(b[:int(n)+Overhead], append([]byte{ofTail}, head...))
	if err != nil {
		return Tail{}, false
	}
	return Tail{binary.BigEndian.Uint64(head), int64(binary.BigEndian.Uint64(head[8:])), plain}, true
}
