package dump

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/root-gg/plik/server/core"
)

// ExportOptions are for Export. Their zero value will do.
type ExportOptions struct {
	Now core.Clock // nil: time.Now
	// Report takes what is worth knowing: what the format has no place for, and rows that
	// Import would refuse. No secrets. nil: nobody wants to know.
	Report func(text string)
	// Progress is told how many rows of a kind were written, every 1000 of them. nil: nobody.
	Progress func(kind string, n int)
}

// encoder writes one format.
type encoder interface {
	row(row any) (written bool, err error)
	end(Counts) error
	losses() []string // what could not be written, for people
}

// Export writes all of src to w and returns how many rows that were. After an error what was
// written is of no use. w may get one Write a row; it is not closed.
//
// Files whose upload, and tokens whose user has not been written are left out and reported:
// they came while the export was under way, or have been orphans before, and no database would
// take them. To know them takes up to 40 bytes of memory for each upload and user.
//
// In the Gob format tokens that expire or may only read are left out: Plik 1.3 would let them
// make uploads for ever. Tokens of full scope become tokens for uploads. Passwords hashed with
// argon2id are written as they are, though Plik 1.3 cannot verify them.
func Export(ctx context.Context, w io.Writer, format Format, src Source, o ExportOptions) (Counts, error) {
	if src.Users == nil || src.Tokens == nil || src.Uploads == nil || src.Files == nil || src.Settings == nil {
		return Counts{}, errors.New("exporting: a source of rows is missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	x := &exporter{o: o, parents: newIDSet()}
	var err error
	switch format {
	case JSONLines:
		x.enc, err = newLineWriter(w, o.Now())
	case Gob:
		x.enc = newGobWriter(w)
	default:
		err = fmt.Errorf("exporting: unknown format %d", format)
	}
	if err == nil {
		err = x.all(ctx, src)
	}
	return x.counts, err
}

type exporter struct {
	o      ExportOptions
	enc    encoder
	counts Counts

	parents *idSet // users and uploads written
	orphans int
}

func (x *exporter) all(ctx context.Context, src Source) error {
	for _, part := range []func() error{
		func() error { return each(ctx, x, userKind, src.Users) },
		func() error { return each(ctx, x, tokenKind, src.Tokens) },
		func() error { return each(ctx, x, uploadKind, src.Uploads) },
		func() error { return each(ctx, x, fileKind, src.Files) },
		func() error { return each(ctx, x, settingKind, src.Settings) },
		func() error { return x.enc.end(x.counts) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	if x.orphans > 0 {
		x.report(fmt.Sprintf("%d files and tokens are left out : their uploads or users are newer than this export, or missing", x.orphans))
	}
	for _, text := range x.enc.losses() {
		x.report(text)
	}
	return nil
}

// each writes the rows of one kind.
func each[T any](ctx context.Context, x *exporter, k kind, rows iter.Seq2[T, error]) error {
	for row, err := range rows {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("exporting %ss: %w", k, err)
		}
		if err := x.row(k, row); err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) row(k kind, row any) error {
	if !x.hasParent(row) {
		x.orphans++
		return nil
	}
	if err := check(row); err != nil {
		x.report(fmt.Sprintf("%s : %s : import will refuse it or change it", name(row), err))
	}
	written, err := x.enc.row(row)
	if err != nil || !written {
		return err
	}
	n := x.counts.of(k)
	*n++
	progress(x.o.Progress, k, *n)
	return nil
}

// hasParent tells whether what the row belongs to was written. It notes parents.
func (x *exporter) hasParent(row any) bool {
	switch r := row.(type) {
	case *core.User:
		x.parents.add(userKind, string(r.ID))
	case *core.Token:
		return x.parents.has(userKind, string(r.UserID))
	case *core.Upload:
		x.parents.add(uploadKind, string(r.ID))
	case *core.File:
		return x.parents.has(uploadKind, string(r.UploadID))
	}
	return true
}

func (x *exporter) report(text string) {
	if x.o.Report != nil {
		x.o.Report(text)
	}
}

// progress tells of every thousandth row.
func progress(tell func(string, int), k kind, n int) {
	if tell != nil && n%1000 == 0 {
		tell(k.String(), n)
	}
}
