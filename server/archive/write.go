package archive

import (
	"bufio"
	"fmt"
	"io"
)

// WriteN writes the next n bytes to w and returns how many it wrote: fewer than n only
// with an error, which is io.EOF when the archive ends before.
//
// Headers and the first bytes of a content, 32 KiB at most, are gathered; all that
// follows of that content is handed to w's ReadFrom, if it has one, as an
// *io.LimitedReader over what Open returned. Over an *os.File, that makes net/http send
// it by the kernel.
func (r *Reader) WriteN(w io.Writer, n int64) (int64, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.out == nil {
		// Made without w: NewWriterSize would return a w that is a bufio.Writer itself.
		r.out = bufio.NewWriterSize(nil, chunkSize)
	}
	r.out.Reset(w)
	defer r.out.Reset(nil)

	start := r.pos
	end := max(start, start+min(n, r.a.size-start))
	err := r.write(end)
	if err == nil {
		err = r.out.Flush()
	}
	r.err = err
	written := r.pos - start - int64(r.out.Buffered())
	r.pos = start + written
	if err == nil && written < n {
		err = io.EOF
	}
	return written, err
}

// write writes up to end, which is within the archive, to r.out.
func (r *Reader) write(end int64) error {
	for r.pos < end {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if i, off, ok := r.inBody(); ok {
			if err := r.writeBody(i, off, end); err != nil {
				return err
			}
			continue
		}
		head, err := r.header(end - r.pos)
		if err != nil {
			return err
		}
		n, err := r.out.Write(head[:min(int64(len(head)), end-r.pos)])
		r.pos += int64(n)
		if err != nil {
			return fmt.Errorf("write archive: %w", err)
		}
	}
	return nil
}

// writeBody writes the content of entry i from off on, up to end.
func (r *Reader) writeBody(i int, off, end int64) error {
	if err := r.openBody(i, off); err != nil {
		return err
	}
	left := r.a.items[i].Size - off
	want := min(left, end-r.pos)
	n, err := io.Copy(r.out, io.LimitReader(r.body, want))
	r.pos += n
	r.bodyAt += n
	switch {
	case err != nil:
		return r.fail("copy", i, err)
	case n < want:
		return r.short(i, left-n)
	case want == left:
		return r.endBody(i)
	}
	return nil
}
