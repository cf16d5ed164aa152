package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/root-gg/plik/cmd/plik/internal/archive"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
)

// input is what becomes one file of an upload.
type input struct {
	path    string         // of a file
	archive archive.Source // of an archive
	stdin   bool
	name    string
	size    int64 // bytes, -1: unknown
}

// checkOperands looks at the files before anything else is done, as it always was. It tells whether one of them is a
// directory.
func checkOperands(paths []string) (directory bool, err error) {
	for _, path := range paths {
		if path == "-" {
			continue
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			//lint:ignore ST1005 a phrase users know
			return false, fmt.Errorf("File %s not found", path)
		case err != nil:
			//lint:ignore ST1005 a phrase users know
			return false, fmt.Errorf("Unable to open %s : %w", path, err)
		}
		directory = directory || info.IsDir()
	}
	return directory, nil
}

// inputs returns what is to be sent: an archive, standard input, or each file.
func (a *app) inputs(s *settings, paths []string, directory bool) ([]*input, error) {
	dash := false
	for _, path := range paths {
		dash = dash || path == "-"
	}
	stdin := dash || len(paths) == 0
	if stdin && !s.stdin && !dash {
		return nil, errStdin
	}
	var list []*input
	var err error
	switch {
	case stdin && s.mayTar:
		return nil, usage("standard input cannot be archived, leave out -a and --archive")
	case dash && directory:
		return nil, usage("standard input cannot be sent along with a directory")
	case len(paths) == 0:
		list = []*input{{stdin: true, name: "STDIN", size: a.stdinSize()}}
	case directory || s.Archive && !dash:
		list, err = a.archived(s, paths)
	default:
		list, err = a.each(paths)
	}
	if err != nil {
		return nil, err
	}
	if s.name != "" {
		if len(list) != 1 {
			return nil, usage("Can't override filename if more than one file to upload")
		}
		list[0].name = s.name
	}
	for _, in := range list {
		if name := sendable(in.name); name != in.name {
			if !s.Quiet {
				a.note("note: %s is sent as %s, the server takes no such name", term.Line(in.name), name)
			}
			in.name = name
		}
	}
	return list, nil
}

// each returns an input for each file. Each is opened once, so that nothing is created when one cannot be read.
func (a *app) each(paths []string) ([]*input, error) {
	var list []*input
	seen := false
	for _, path := range paths {
		if path == "-" {
			if seen {
				return nil, usage("standard input can be sent once only")
			}
			seen = true
			list = append(list, &input{stdin: true, name: "STDIN", size: a.stdinSize()})
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("unable to open %s : %w", path, err)
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("unhandled file mode %s for file %s", info.Mode(), path)
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("unable to open %s : %w", path, err)
		}
		f.Close()
		list = append(list, &input{path: path, name: info.Name(), size: info.Size()})
	}
	return list, nil
}

func (a *app) archived(s *settings, paths []string) ([]*input, error) {
	o := archive.Options{Args: s.ArchiveOptions.Options, Exclude: s.Exclude, Warn: func(text string) {
		if !s.Quiet {
			a.note("note: %s", text)
		}
	}}
	kind := archive.Kind(s.ArchiveMethod)
	switch kind {
	case archive.Tar:
		o.Program, o.Compress = s.ArchiveOptions.Tar, s.ArchiveOptions.Compress
	case archive.Zip:
		o.Program = s.ArchiveOptions.Zip
	default:
		return nil, usage("Unable to initialize archive backend : Invalid archive backend")
	}
	src, err := archive.New(kind, paths, o)
	if err != nil {
		//lint:ignore ST1005 a phrase users know
		return nil, fmt.Errorf("Unable to initialize archive backend : %w", err)
	}
	return []*input{{archive: src, name: src.Name(), size: -1}}, nil
}

// stdinSize returns the size of standard input when it is a file that is read from its beginning.
func (a *app) stdinSize() int64 {
	info, err := a.in.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	at, err := a.in.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1
	}
	return info.Size() - at
}

// interactive tells whether standard input is a terminal, or nothing at all.
func (a *app) interactive() bool {
	info, err := a.in.Stat()
	return err != nil || info.Mode()&fs.ModeCharDevice != 0
}

// maxName is what servers take, in bytes.
const maxName = 1024

// sendable returns name as servers take it.
func sendable(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == utf8.RuneError || unicode.IsControl(r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	for len(name) > maxName {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	if name == "" || name == "." || name == ".." {
		return "_"
	}
	return name
}

// add adds the input to an upload; moved is told of bytes of content that have gone where the upload cannot count them.
func (a *app) add(ctx context.Context, u *plik.Upload, in *input, seal *seal, moved func(n int64)) (*plik.File, error) {
	var f *plik.File
	switch {
	case in.archive != nil:
		f = u.AddFileFromReadCloser(in.name, written(ctx, in.archive.WriteTo))
	case in.stdin && in.size >= 0:
		f = u.AddFileFromReader(in.name, a.in)
	case in.stdin:
		f = u.AddFileFromReadCloser(in.name, written(ctx, a.copyStdin))
	default:
		var err error
		if f, err = u.AddFileFromPath(in.path); err != nil {
			return nil, err
		}
		f.Name = in.name
	}
	if seal != nil {
		f.WrapReader(func(r io.ReadCloser) io.ReadCloser { return seal.wrap(ctx, r, moved) })
	}
	return f, nil
}

// copyStdin writes standard input to w. It cannot be called off while it waits for input; the one who reads is.
func (a *app) copyStdin(_ context.Context, w io.Writer) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{a.in}, make([]byte, 256<<10))
	return err
}
