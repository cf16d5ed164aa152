package plik

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// pieces cuts a file into what one request carries.
type pieces struct {
	c     *content
	first int64 // bytes of the first piece, and kept of a source that cannot seek
	chunk int64 // bytes of the next one, at most
	most  int64 // bytes of any, at most

	// Of a source that cannot seek: what may have to be sent again, from start on, and one byte more to know
	// whether that is the last.
	buf   []byte
	start int64
	ahead []byte // at most one byte, read beyond buf
	ended bool   // nothing follows buf
}

func newPieces(c *content, first int64) *pieces {
	return &pieces{c: c, first: first, chunk: first, most: growth * first}
}

// growth is how much larger than the first a piece may become.
const growth = 32

// quick is the time in which a piece goes through before the next is larger.
const quick = 2 * time.Second

// size returns the size of the file, -1 as long as it is not known.
func (p *pieces) size() int64 {
	if p.c.at != nil {
		return p.c.size
	}
	if p.ended {
		return p.start + int64(len(p.buf))
	}
	return -1
}

// at returns the piece at offset and its length; at the end of the file it is empty.
func (p *pieces) at(offset int64) (io.Reader, int64, error) {
	if p.c.at != nil {
		if offset > p.c.size {
			return nil, 0, fmt.Errorf("the server has %d bytes, the file only %d", offset, p.c.size)
		}
		n := min(p.chunk, p.c.size-offset)
		return p.c.section(offset, n), n, nil
	}
	end := p.start + int64(len(p.buf))
	if offset == end && !p.ended {
		if err := p.fill(); err != nil {
			return nil, 0, err
		}
		end = p.start + int64(len(p.buf))
	}
	if offset < p.start || offset > end {
		return nil, 0, fmt.Errorf("the server goes on at byte %d, which is gone: it was read from a pipe", offset)
	}
	rest := p.buf[offset-p.start:]
	rest = rest[:min(int64(len(rest)), p.chunk)]
	return bytes.NewReader(rest), int64(len(rest)), nil
}

// fill reads the next piece of a source that cannot seek, and a byte beyond.
func (p *pieces) fill() error {
	p.start += int64(len(p.buf))
	w := bytes.NewBuffer(p.buf[:0])
	w.Write(p.ahead)
	p.ahead = nil
	if _, err := io.Copy(w, io.LimitReader(p.c.r, p.first-int64(w.Len()))); err != nil {
		return fmt.Errorf("unable to read the file : %w", err)
	}
	p.buf = w.Bytes()
	p.ahead = make([]byte, 1)
	n, err := io.ReadFull(p.c.r, p.ahead)
	p.ahead = p.ahead[:n]
	switch err {
	case nil:
	case io.EOF:
		p.ended = true
	default:
		return fmt.Errorf("unable to read the file : %w", err)
	}
	return nil
}

// giveBack undoes the first fill.
func (p *pieces) giveBack() {
	if p.c.at == nil {
		p.c.r = io.MultiReader(bytes.NewReader(p.buf), bytes.NewReader(p.ahead), p.c.r)
	}
}

// went tells how long a piece took that went through.
func (p *pieces) went(took time.Duration) {
	if took < quick {
		p.chunk = min(2*p.chunk, p.most)
	}
}

// smallest is the size below which no piece is too large, in bytes.
const smallest = 256 << 10

// smaller makes pieces smaller for a server, or a proxy before it, that finds them too large; it returns false when
// that cannot be the reason.
func (p *pieces) smaller() bool {
	if p.chunk <= smallest {
		return false
	}
	p.chunk = max(p.chunk/2, smallest)
	p.most = p.chunk
	return true
}
