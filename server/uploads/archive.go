package uploads

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/root-gg/plik/server/archive"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// errNothing is what an archive without files comes to.
var errNothing = core.E(core.KindInvalid, "nothing_to_archive", "nothing to archive")

// Pick returns the stored files of u that an archive of it holds: those of ids, or all when
// there are none. An id that is not among them is KindNotFound. No files at all is
// KindInvalid, or KindNotFound when they were there once and a one-shot upload gave them away.
func Pick(u *core.Upload, ids []core.FileID) ([]*core.File, error) {
	var files []*core.File
	for _, f := range u.Files {
		if f.Status == core.Uploaded && (len(ids) == 0 || slices.Contains(ids, f.ID)) {
			files = append(files, f)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(files, func(f *core.File) bool { return f.ID == id }) {
			return nil, core.E(core.KindNotFound, "file_not_found", "file %s is not available", id)
		}
	}
	if len(files) > 0 {
		return files, nil
	}
	if u.OneShot && slices.ContainsFunc(u.Files, func(f *core.File) bool { return f.Status == core.Removed || f.Status == core.Deleted }) {
		return nil, core.E(core.KindNotFound, "file_unavailable", "the files of this upload were downloaded already")
	}
	return nil, errNothing
}

// Archive lays out a zip file of stored files. It reads nothing yet.
func (s *Service) Archive(files []*core.File) (*archive.Archive, error) {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = pathOf(f)
	}
	entries := make([]archive.Entry, len(files))
	for i, name := range archive.SafeNames(names) {
		f := files[i]
		entries[i] = archive.Entry{
			Name: name, Size: f.Size, Modified: f.CreatedAt,
			CRC32: func(ctx context.Context) (uint32, error) { return s.checksum(ctx, f) },
			Open: func(ctx context.Context, offset int64) (io.ReadCloser, error) {
				return s.backend.Open(ctx, data.KeyOf(f), data.Range{Offset: offset})
			},
		}
	}
	return archive.New(entries)
}

// pathOf returns where f goes in an archive: into the folder that a client which sends folders put
// into its reference, "/photos/2026/a.jpg" for the file a.jpg; else to the top.
func pathOf(f *core.File) string {
	if strings.HasPrefix(f.Reference, "/") && path.Base(f.Reference) == f.Name {
		return strings.TrimPrefix(path.Clean(f.Reference), "/")
	}
	return f.Name
}

// TakeArchive takes the files of a one-shot upload away from everybody else and returns
// those it got, at least one, or KindNotFound. done must be called when they were served: it
// deletes the bytes.
func (s *Service) TakeArchive(ctx context.Context, u *core.Upload, files []*core.File) (got []*core.File, done func(), err error) {
	ids := make([]core.FileID, len(files))
	for i, f := range files {
		ids[i] = f.ID
	}
	ids, err = s.store.ClaimFiles(ctx, u.ID, ids, s.instance)
	if err != nil {
		return nil, nil, fmt.Errorf("claim one-shot files: %w", err)
	}
	for _, f := range files {
		if slices.Contains(ids, f.ID) {
			f.Status = core.Removed
			got = append(got, f)
		}
	}
	s.held.add(ids)
	if len(got) == 0 {
		return nil, nil, core.E(core.KindNotFound, "file_unavailable", "the files of this upload were downloaded already")
	}
	return got, func() {
		ctx, cancel := settle(ctx)
		defer cancel()
		s.held.drop(ids)
		for _, f := range got {
			s.purge(ctx, f)
		}
	}, nil
}

// checksum returns the CRC-32 of a stored file. Files stored by Plik 1.3 have none yet: it
// is computed on first use and kept.
func (s *Service) checksum(ctx context.Context, f *core.File) (uint32, error) {
	if f.HasCRC32 {
		return f.CRC32, nil
	}
	src, err := s.backend.Open(ctx, data.KeyOf(f), data.Range{})
	if err != nil {
		return 0, err
	}
	defer src.Close()
	h := crc32.NewIEEE()
	block := blocks.Get().(*[blockSize]byte)
	defer blocks.Put(block)
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{src}, block[:]); err != nil {
		return 0, fmt.Errorf("read file %s for its checksum: %w", f.ID, err)
	}
	if err := s.store.SetCRC32(ctx, f.ID, h.Sum32()); err != nil {
		s.log.WithError(err).WithField("file", f.ID).Warn("cannot record a checksum")
	}
	return h.Sum32(), nil
}
