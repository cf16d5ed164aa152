package metadata

import (
	"context"
	"database/sql"
	"errors"

	"github.com/root-gg/plik/server/core"
)

// QuotaUsed returns the bytes a user's files take: the sizes of those Uploaded, and what those
// Uploading have reserved. The empty user's take none. Its time goes with the number of files.
func (s *Store) QuotaUsed(ctx context.Context, user core.UserID) (used int64, err error) {
	err = s.read(ctx, "sum files of user", func(ctx context.Context) error {
		return s.st.quotaUsed.QueryRowContext(ctx, user).Scan(&used)
	})
	return used, err
}

// Reserve makes n bytes the reservation of f, which this daemon is receiving, unless all the
// owner's files would then take more than max: that is KindTooLarge. Of any number at once none
// gets past max. On success f.Reserved is n. A file that is no longer Uploading by f.Instance:
// KindConflict. Gone: KindNotFound.
//
// A reservation may be lost in a power cut, as the transfer that made it is.
func (s *Store) Reserve(ctx context.Context, f *core.File, owner core.UserID, n, max int64) error {
	const op = "reserve space"
	if n < 0 {
		return failed(op, errors.New("its size is negative"))
	}
	if max < 0 {
		max = -1 // nothing fits, and the difference below cannot overflow
	}
	reserve, write := s.reserve, s.write
	if s.remote != nil {
		reserve, write = s.reserveLocked, s.writeTx
	}
	err := write(ctx, op, func(ctx context.Context) error {
		done, err := reserve(ctx, f, owner, n, max)
		if err != nil || done {
			return err
		}
		return s.reserveRefused(ctx, f)
	})
	if err != nil {
		return err
	}
	f.Reserved = n
	return nil
}

// reserve makes a reservation if it can, in one statement.
func (s *Store) reserve(ctx context.Context, f *core.File, owner core.UserID, n, max int64) (bool, error) {
	done, err := affected(s.st.reserve.ExecContext(ctx, owner, n, f.ID, f.Instance, max-n))
	return done == 1, err
}

// reserveLocked is reserve for a database server: those of one owner come one after the other.
func (s *Store) reserveLocked(ctx context.Context, f *core.File, owner core.UserID, n, max int64) (bool, error) {
	if err := s.remote.lock(ctx, "quota:"+string(owner)); err != nil {
		return false, err
	}
	var others int64
	if err := s.row(ctx, sqlQuotaUsed+` AND f.id <> ?2`, owner, f.ID).Scan(&others); err != nil {
		return false, err
	}
	if others > max-n {
		return false, nil
	}
	done, err := affected(s.exec(ctx, sqlReserveFree, n, f.ID, f.Instance))
	return done == 1, err
}

// reserveRefused tells why nothing was reserved.
func (s *Store) reserveRefused(ctx context.Context, f *core.File) error {
	var status core.Status
	var instance string
	err := s.st.fileState.QueryRowContext(ctx, f.ID).Scan(&status, &instance)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fileNotFound(f.ID)
	case err != nil:
		return err
	case status != core.Uploading || instance != f.Instance:
		return core.E(core.KindConflict, "file_status", "file %s is not being received any more", f.ID)
	}
	return core.E(core.KindTooLarge, "quota_exceeded", "quota exceeded")
}

// TotalSize returns the bytes that all files of the server take, counted as in QuotaUsed. It
// looks at every file, so it is not for each request.
func (s *Store) TotalSize(ctx context.Context) (size int64, err error) {
	long := ctx // it takes long enough to be worth cancelling
	err = s.read(ctx, "sum files", func(context.Context) error {
		return s.row(long, sqlTotalSize).Scan(&size)
	})
	return size, err
}
