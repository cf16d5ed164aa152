package metadata

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"github.com/root-gg/plik/server/core"
)

// AddFile inserts f unless the upload has max files that are not Deleted already: that is
// KindTooLarge. max <= 0: no limit. Upload gone meanwhile: KindNotFound. An id that is
// taken already is KindConflict. A zero time becomes now, an empty status Missing.
func (s *Store) AddFile(ctx context.Context, f *core.File, max int) error {
	const op = "add file"
	if f.ID == "" {
		return failed(op, errors.New("it has no id"))
	}
	settle(f, f.UploadID, s.now())
	max = min(max, math.MaxInt32) // as large as a parameter may be that is compared with a small number
	write := s.write              // one statement decides
	if s.remote != nil {
		write = s.writeTx
	}
	err := write(ctx, op, func(ctx context.Context) error {
		if s.remote != nil { // others may be adding files at the same time
			if err := s.findLive(ctx, f.UploadID); err != nil {
				return err
			}
		}
		n, err := affected(s.st.addFile.ExecContext(ctx, append(fileArgs(f), max)...))
		if err != nil || n == 1 {
			return err
		}
		if err := s.findLive(ctx, f.UploadID); err != nil {
			return err
		}
		return core.E(core.KindTooLarge, "too_many_files", "maximum number file per upload reached, limit is %d", max)
	})
	if isDuplicate(err) {
		return core.E(core.KindConflict, "file_exists", "file %s exists already", f.ID).Because(err)
	}
	if err != nil {
		return err
	}
	return s.durableIfStored(op, f)
}

// findLive fails when there is no such upload that is not deleted. On a database server nobody
// can delete it, or do the same, before the transaction of ctx ends.
func (s *Store) findLive(ctx context.Context, id core.UploadID) error {
	var one int
	err := s.st.liveUpload.QueryRowContext(ctx, id).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return uploadNotFound(id)
	}
	return err
}

// ClaimFiles moves those of the files that are Uploaded to Removed and returns the ids it
// moved: of concurrent callers exactly one gets each.
func (s *Store) ClaimFiles(ctx context.Context, id core.UploadID, files []core.FileID, instance string) ([]core.FileID, error) {
	const op = "claim files"
	var claimed []core.FileID
	claim := func(ctx context.Context) error {
		claimed = nil
		for _, f := range files {
			n, err := affected(s.st.claimFile.ExecContext(ctx, textOrNull(instance), f, id))
			if err != nil {
				return err
			}
			if n == 1 {
				claimed = append(claimed, f)
			}
		}
		return nil
	}
	write := s.writeTx
	if len(files) == 1 {
		write = s.write // one statement is a transaction by itself
	}
	if err := write(ctx, op, claim); err != nil {
		return nil, err
	}
	if len(claimed) == 0 {
		return nil, nil
	}
	// Nobody may be handed a one-shot file again after a power cut.
	return claimed, s.durable(op)
}

// SetCRC32 records the checksum of a stored file. Absent: KindNotFound.
func (s *Store) SetCRC32(ctx context.Context, id core.FileID, crc uint32) error {
	return s.write(ctx, "set checksum of file", func(ctx context.Context) error {
		n, err := affected(s.st.setCRC32.ExecContext(ctx, int64(crc), id))
		if err == nil && n == 0 {
			return fileNotFound(id)
		}
		return err
	})
}

const sqlSetDetails = `UPDATE files SET backend_details = ? WHERE id = ?`

// SetBackendDetails records what the data backend wants to be given with a stored file, after its bytes
// were moved. Absent: KindNotFound.
func (s *Store) SetBackendDetails(ctx context.Context, id core.FileID, details string) error {
	return s.write(ctx, "set details of file", func(ctx context.Context) error {
		n, err := affected(s.exec(ctx, sqlSetDetails, details, id))
		if err == nil && n == 0 {
			return fileNotFound(id)
		}
		return err
	})
}

// File returns one file, of whatever upload. Absent: KindNotFound.
func (s *Store) File(ctx context.Context, id core.FileID) (f *core.File, err error) {
	err = s.read(ctx, "get file", func(ctx context.Context) error {
		f, err = scanFile(s.st.file.QueryRowContext(ctx, id))
		if errors.Is(err, sql.ErrNoRows) {
			return fileNotFound(id)
		}
		return err
	})
	return f, err
}

// Files returns up to limit files with an id greater than after, by id, whatever their state.
func (s *Store) Files(ctx context.Context, after core.FileID, limit int) (files []*core.File, err error) {
	err = s.read(ctx, "list files", func(ctx context.Context) error {
		files, err = scanFiles(s.st.files.QueryContext(ctx, after, limit))
		return err
	})
	return files, err
}

// UploadFiles returns the files of an upload in the order they were added, whether it is deleted or
// not. There are none of an upload that is gone.
func (s *Store) UploadFiles(ctx context.Context, id core.UploadID) (files []*core.File, err error) {
	err = s.read(ctx, "get files of upload", func(ctx context.Context) error {
		files, err = scanInOrder(s.st.uploadFiles.QueryContext(ctx, id))
		return err
	})
	return files, err
}
