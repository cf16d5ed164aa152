package dump

import (
	"encoding/gob"
	"errors"
	"io"

	"github.com/klauspost/compress/s2"
)

// maxRecord is how many decompressed bytes a record may have, descriptions of types included.
const maxRecord = 64 << 20

// snappyBlock is the largest block of the Snappy framing format, in bytes.
const snappyBlock = 64 << 10

type gobReader struct {
	in  *limitedReader
	dec *gob.Decoder
	n   int // number of the current record
}

func newGobReader(r io.Reader) *gobReader {
	registerGob()
	in := &limitedReader{r: s2.NewReader(r, s2.ReaderMaxBlockSize(snappyBlock))}
	return &gobReader{in: in, dec: gob.NewDecoder(in)}
}

func (g *gobReader) position() (string, int) { return "row", g.n }

func (g *gobReader) next() (item, error) {
	g.n++
	g.in.left = maxRecord
	rec, err := g.decode()
	// Gob returns io.EOF also when the end of a message comes too early within it.
	end := errors.Is(err, io.EOF) && g.in.ended && g.in.left == maxRecord
	switch {
	case end && g.n == 1:
		return item{}, damaged("there are no rows in the file")
	case end:
		return item{}, io.EOF
	case g.in.exceeded:
		return item{}, damaged("row %d is larger than %d MiB", g.n, maxRecord>>20)
	case err != nil:
		// What gob has to say may repeat what is in the file.
		return item{}, damaged("the file is cut short, damaged, or from before Plik 1.3.3, at row %d", g.n)
	}
	k, row, ok := rec.row()
	if !ok {
		return item{}, damaged("row %d is of an unknown type", g.n)
	}
	return item{kind: k, row: row}, nil
}

// decode turns panics into errors: gob's own documentation says that it is not made for
// hostile input. They may come from the decompressor too, on whose data gob works.
func (g *gobReader) decode() (rec gobRecord, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the decoder panicked")
		}
	}()
	err = g.dec.Decode(&rec)
	return rec, err
}

// limitedReader fails after so many bytes. It has ReadByte so that gob puts no buffer in between,
// which would read ahead.
type limitedReader struct {
	r        *s2.Reader
	left     int
	exceeded bool // it has failed so
	ended    bool // there is nothing more to read
}

var errLimit = errors.New("limit exceeded")

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		l.exceeded = true
		return 0, errLimit
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	l.ended = errors.Is(err, io.EOF)
	return n, err
}

func (l *limitedReader) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(l, b[:])
	return b[0], err
}
