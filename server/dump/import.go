package dump

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/root-gg/plik/server/core"
)

// ImportOptions are for Import. Their zero value will do.
type ImportOptions struct {
	// IgnoreErrors passes over rows that are invalid or that Sink refuses as such.
	IgnoreErrors bool
	// Report takes one line for each row passed over, and what else is worth knowing. No
	// secrets. nil: nobody wants to know.
	Report func(text string)
	// Progress is told how many rows of a kind were read, every 1000 of them. nil: nobody.
	Progress func(kind string, n int)
}

// Result is what an import did.
type Result struct {
	Format         Format
	Read, Imported Counts
}

// item is a row that was read: either row or bad is set, bad if it cannot be one.
type item struct {
	kind kind
	row  any
	bad  error // KindInvalid
}

// decoder reads one format.
type decoder interface {
	// next returns the next row, or io.EOF after the last one of a file that is complete.
	next() (item, error)
	// position tells where the last row was: "line", 7.
	position() (unit string, n int)
}

// Import reads a dump in either format, gzipped or not, and hands each row to sink once it
// has been checked. r may come from anybody. What is not a dump, is cut short or damaged is
// KindInvalid, and so is a row that is invalid; one that sink refuses has the kind of sink's
// error. After an error sink must undo all it did: part of a dump is nothing to go on with.
// Result tells how far it came. A file of Plik 1.3 cut exactly between two rows cannot be told
// from a whole one; that it lacks settings, which come last, is reported.
//
// No memory is kept per row: a dump may be of any size.
func Import(ctx context.Context, r io.Reader, sink Sink, o ImportOptions) (Result, error) {
	src := &source{r: r}
	im := &importer{sink: sink, o: o}
	err := im.open(src)
	if err == nil {
		err = im.rows(ctx)
	}
	if src.err != nil { // not the fault of what is in the file
		err = fmt.Errorf("reading the dump: %w", src.err)
	}
	return im.result, err
}

// source remembers whether reading failed, which decoders cannot tell from bad content.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

type importer struct {
	sink   Sink
	o      ImportOptions
	dec    decoder
	result Result
	last   kind
}

// open finds out what there is to read.
func (im *importer) open(r io.Reader) error {
	in := bufio.NewReaderSize(r, 64<<10)
	head, _ := in.Peek(DetectSize) // an error comes again
	format, err := Detect(head)
	if err != nil {
		return err
	}
	if isGzip(head) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return damaged("the file is not gzip in spite of its first bytes")
		}
		in = bufio.NewReaderSize(z, 64<<10)
	}
	im.result.Format = format
	if format == Gob {
		im.dec = newGobReader(in)
	} else {
		im.dec = newLineReader(in)
	}
	return nil
}

func (im *importer) rows(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return fmt.Errorf("importing: %w", context.Cause(ctx))
		}
		it, err := im.dec.next()
		if errors.Is(err, io.EOF) {
			im.finish()
			return nil
		}
		if err != nil {
			return err
		}
		if err := im.row(it); err != nil {
			return err
		}
	}
}

func (im *importer) finish() {
	if im.result.Format == Gob && im.result.Read.Settings == 0 {
		im.report("there are no settings in the file, which come last : files of Plik 1.3 have no end mark, this one may have been cut")
	}
}

func (im *importer) row(it item) error {
	unit, at := im.dec.position()
	if it.kind < im.last {
		return damaged("%s %d is a %s, these come before each %s", unit, at, it.kind, im.last)
	}
	im.last = it.kind
	n := im.result.Read.of(it.kind)
	*n++
	progress(im.o.Progress, it.kind, *n)
	what := it.kind.String()
	err := it.bad
	if err == nil {
		what = name(it.row)
		err = check(it.row)
	}
	if err == nil {
		err = im.hand(it.row)
	}
	if err == nil {
		*im.result.Imported.of(it.kind)++
		return nil
	}
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Kind != core.KindConflict && e.Kind != core.KindInvalid {
		return fmt.Errorf("importing %s %d: %w", unit, at, err)
	}
	// Without the cause: databases like to repeat the key, which may be an API token.
	refused := core.E(e.Kind, e.Code, "%s %d, %s : %s", unit, at, what, e.Text)
	if !im.o.IgnoreErrors {
		return refused
	}
	im.report(refused.Text)
	return nil
}

func (im *importer) hand(row any) error {
	switch r := row.(type) {
	case *core.User:
		return im.sink.User(r)
	case *core.Token:
		return im.sink.Token(r)
	case *core.Upload:
		return im.sink.Upload(r)
	case *core.File:
		return im.sink.File(r)
	}
	s := row.(Setting)
	return im.sink.Setting(s.Key, s.Value)
}

func (im *importer) report(text string) {
	if im.o.Report != nil {
		im.o.Report(text)
	}
}
