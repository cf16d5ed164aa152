package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Source is what will be sent as one file.
type Source interface {
	// Name is the name that file gets: that of the only input, else "archive", and the ending.
	Name() string
	// ExtractCommand is the command that unpacks the archive from its standard input, "" when
	// there is none: stock unzip wants a file.
	ExtractCommand() string
	// WriteTo writes the archive to w. What was written is no archive unless it returns nil.
	// It may be called again and then reads the inputs again.
	WriteTo(ctx context.Context, w io.Writer) error
}

// Kind is a sort of archive.
type Kind string

// The sorts of archives.
const (
	Tar Kind = "tar"
	Zip Kind = "zip"
)

// The programs that are named where nobody chose one: the work is then done here.
const (
	DefaultTar = "/bin/tar"
	DefaultZip = "/bin/zip"
)

// Options are the choices for an archive. The zero value is a gzip compressed tar or a zip.
type Options struct {
	// Compress is one of Codecs, "" for gzip. A zip has no choice and ignores it.
	Compress string
	// Program is the archiver to run. It is run when it is neither "" nor the default, and when
	// something is asked for that only a program does.
	Program string
	// Args are options for the archiver, split at white space with no quoting. Excludes are
	// understood, any other option makes the program run.
	Args string
	// Exclude lists patterns of what is left out: * stands for anything, slashes included, ?
	// for one character, [a-z] for one of a set. A pattern excludes what it matches from the
	// start of any part of the name on, directories with what they hold: "node_modules",
	// "*.o", "docs/*.pdf".
	Exclude []string
	// Warn, if set, is told of what is left out that nobody excluded, as a sentence. It is
	// called by WriteTo.
	Warn func(text string)
}

// New returns the archive of kind of paths, in this order. A directory is taken with everything
// in it, in the order of the names. Links inside of a directory stay links, whatever they point
// to; a path that is a link itself is what it points to. Devices, pipes and sockets are left
// out. Names in the archive are relative: as tar does, an absolute path loses its first slash,
// and one with ".." all up to the last of them.
//
// It fails when a path does not exist or two would have the same name in the archive.
func New(kind Kind, paths []string, o Options) (Source, error) {
	if len(paths) == 0 {
		return nil, errors.New("nothing to archive")
	}
	if kind != Tar && kind != Zip {
		return nil, fmt.Errorf("invalid archive backend %q, expecting tar or zip", string(kind))
	}
	if o.Compress == "" {
		o.Compress = "gzip"
	}
	codec, ok := codecNamed(o.Compress)
	if kind == Tar && !ok {
		return nil, fmt.Errorf("invalid compression %q, expecting one of %s", o.Compress, strings.Join(Codecs(), ", "))
	}
	inputs, err := takeInputs(paths)
	if err != nil {
		return nil, err
	}
	args, excludes, understood := parseArgs(kind, o.Args)
	for _, p := range o.Exclude {
		excludes = append(excludes, exclude{pattern: strings.TrimSuffix(p, "/"), anywhere: true})
	}
	for _, e := range excludes {
		if err := e.check(); err != nil {
			return nil, err
		}
	}
	b := base{name: archiveName(paths), inputs: inputs, excludes: excludes, warn: o.Warn}
	if kind == Zip {
		b.name += ".zip"
		if understood && slices.Contains([]string{"", DefaultZip}, o.Program) {
			return &zipSource{b}, nil
		}
		return newProgram(kind, o, codec, b, paths, args)
	}
	b.name += codec.ext
	b.extract = strings.TrimSpace("tar xvf - " + codec.flag)
	if understood && codec.writer != nil && slices.Contains([]string{"", DefaultTar}, o.Program) {
		return &tarSource{b, codec}, nil
	}
	return newProgram(kind, o, codec, b, paths, args)
}

// base is what all sources have.
type base struct {
	name     string
	extract  string
	inputs   []input
	excludes []exclude
	warn     func(string)
}

func (b *base) Name() string           { return b.name }
func (b *base) ExtractCommand() string { return b.extract }

func (b *base) warnf(format string, args ...any) {
	if b.warn != nil {
		b.warn(fmt.Sprintf(format, args...))
	}
}

// archiveName returns the name without ending. "." and ".." are called as the directory is.
func archiveName(paths []string) string {
	if len(paths) != 1 {
		return "archive"
	}
	name := filepath.Base(paths[0])
	if name == "." || name == ".." {
		if abs, err := filepath.Abs(paths[0]); err == nil {
			name = filepath.Base(abs)
		}
	}
	if name == "." || name == ".." || os.IsPathSeparator(name[0]) {
		return "archive"
	}
	return name
}
