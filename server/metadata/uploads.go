package metadata

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/root-gg/plik/server/core"
)

// CreateUpload inserts u and its files, all or nothing. Files come to belong to u; times
// that are zero become now, and a status that is empty Missing. An id that is taken
// already is KindConflict.
func (s *Store) CreateUpload(ctx context.Context, u *core.Upload) error {
	const op = "create upload"
	now := s.now()
	if u.CreatedAt.IsZero() {
		u.CreatedAt = now
	}
	if u.ID == "" {
		return failed(op, errors.New("it has no id"))
	}
	for _, f := range u.Files {
		if f.ID == "" || f.UploadID != "" && f.UploadID != u.ID {
			return failed(op, fmt.Errorf("file %q of upload %q cannot be in upload %s", f.ID, f.UploadID, u.ID))
		}
		settle(f, u.ID, now)
	}
	insert := func(ctx context.Context) error {
		if _, err := s.st.insertUpload.ExecContext(ctx, uploadArgs(u)...); err != nil {
			return err
		}
		for i, f := range u.Files {
			if _, err := s.st.insertFile.ExecContext(ctx, append(fileArgs(f), i)...); err != nil {
				return err
			}
		}
		return nil
	}
	write := s.writeTx
	if len(u.Files) == 0 {
		write = s.write // one statement is a transaction by itself
	}
	err := write(ctx, op, insert)
	if isDuplicate(err) {
		return core.E(core.KindConflict, "upload_exists", "upload %s or one of its files exists already", u.ID).Because(err)
	}
	if err != nil {
		return err
	}
	return s.durableIfStored(op, u.Files...)
}

// Upload returns an upload without its files. Absent or deleted: KindNotFound.
func (s *Store) Upload(ctx context.Context, id core.UploadID) (u *core.Upload, err error) {
	err = s.read(ctx, "get upload", func(ctx context.Context) error {
		u, err = s.upload(ctx, id)
		return err
	})
	return u, err
}

func (s *Store) upload(ctx context.Context, id core.UploadID) (*core.Upload, error) {
	var row uploadScan
	err := s.st.upload.QueryRowContext(ctx, id).Scan(row.dest()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, uploadNotFound(id)
	}
	if err != nil {
		return nil, err
	}
	return row.upload()
}

// AnyUpload returns an upload without its files, whether it is deleted or not. Absent:
// KindNotFound.
func (s *Store) AnyUpload(ctx context.Context, id core.UploadID) (u *core.Upload, err error) {
	err = s.read(ctx, "get any upload", func(ctx context.Context) error {
		u, err = scanAnyUpload(s.st.anyUpload.QueryRowContext(ctx, id))
		if errors.Is(err, sql.ErrNoRows) {
			return uploadNotFound(id)
		}
		return err
	})
	return u, err
}

// UploadWithFiles returns an upload with its files, in the order they were added.
// Absent or deleted: KindNotFound.
func (s *Store) UploadWithFiles(ctx context.Context, id core.UploadID) (u *core.Upload, err error) {
	err = s.read(ctx, "get upload with files", func(ctx context.Context) error {
		if u, err = s.upload(ctx, id); err != nil {
			return err
		}
		u.Files, err = scanInOrder(s.st.uploadFiles.QueryContext(ctx, id))
		return err
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// UploadAndFile returns an upload without its files and one file of it, which is nil
// when there is none of that id in this upload. Absent or deleted upload: KindNotFound.
func (s *Store) UploadAndFile(ctx context.Context, id core.UploadID, file core.FileID) (u *core.Upload, f *core.File, err error) {
	err = s.read(ctx, "get file of upload", func(ctx context.Context) error {
		var up uploadScan
		var row fileScan
		err := s.st.uploadAndFile.QueryRowContext(ctx, file, id).Scan(row.dest(up.dest())...)
		if errors.Is(err, sql.ErrNoRows) {
			return uploadNotFound(id)
		}
		if err != nil {
			return err
		}
		if u, err = up.upload(); err != nil {
			return err
		}
		f, err = row.file()
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return u, f, nil
}

// SetExpiry gives a live upload a new end; the zero time: none. Absent or deleted:
// KindNotFound.
func (s *Store) SetExpiry(ctx context.Context, id core.UploadID, at time.Time) error {
	return s.write(ctx, "set expiry of upload", func(ctx context.Context) error {
		n, err := affected(s.st.setExpiry.ExecContext(ctx, formatTime(at), id))
		if err == nil && n == 0 {
			return uploadNotFound(id)
		}
		return err
	})
}

// RemoveUpload marks the upload deleted at now, its files Deleted where there are no bytes
// and Removed where there may be. Absent or deleted already: KindNotFound.
func (s *Store) RemoveUpload(ctx context.Context, id core.UploadID, now time.Time) error {
	const op = "remove upload"
	err := s.writeTx(ctx, op, func(ctx context.Context) error {
		n, err := affected(s.st.removeUpload.ExecContext(ctx, timeText(now), id))
		if err == nil && n == 0 {
			err = uploadNotFound(id)
		}
		if err == nil {
			_, err = s.st.markFiles.ExecContext(ctx, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.durable(op)
}

// affected returns how many rows a statement changed.
func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
