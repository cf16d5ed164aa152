package metadata

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/root-gg/plik/server/core"
)

// md5OfNothing is the digest of an empty file.
const md5OfNothing = "d41d8cd98f00b204e9800998ecf8427e"

// scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// uploadScan receives uploadColumns.
type uploadScan struct {
	u               core.Upload
	ttl             int64
	flags           int64 // one column for all: each column costs a microsecond
	created, expire string
}

func (s *uploadScan) dest() []any {
	u := &s.u
	return append(make([]any, 0, 32), // room for a file's too
		&u.ID, &u.UploadToken, &s.ttl, &s.flags, &u.Login, &u.Password,
		&u.Comments, &u.RemoteIP, &u.User, &u.Token,
		&s.created, &s.expire)
}

func (s *uploadScan) upload() (*core.Upload, error) {
	var err error
	u := &s.u
	u.TTL = int(s.ttl)
	u.ExtendTTL, u.Stream, u.OneShot = s.flags&1 != 0, s.flags&2 != 0, s.flags&4 != 0
	u.Removable, u.ProtectedByPassword = s.flags&8 != 0, s.flags&16 != 0
	if u.CreatedAt, err = parseTime(s.created); err == nil {
		u.ExpireAt, err = parseTime(s.expire)
	}
	if err != nil {
		return nil, fmt.Errorf("upload %s: %w", u.ID, err)
	}
	return u, nil
}

// scanAnyUpload reads a row of uploadColumns and the time of deletion.
func scanAnyUpload(row scanner) (*core.Upload, error) {
	var s uploadScan
	var deleted string
	if err := row.Scan(append(s.dest(), &deleted)...); err != nil {
		return nil, err
	}
	u, err := s.upload()
	if err != nil {
		return nil, err
	}
	if u.DeletedAt, err = parseTime(deleted); err != nil {
		return nil, fmt.Errorf("upload %s: %w", u.ID, err)
	}
	return u, nil
}

// fileScan receives fileColumns.
type fileScan struct {
	f               core.File
	crc32, position int64 // -1: NULL
	created         string
}

func (s *fileScan) dest(to []any) []any {
	f := &s.f
	return append(to,
		&f.ID, &f.UploadID, &f.Name, &f.Status,
		&f.Size, &f.MD5, &s.crc32, &f.Type,
		&f.Reference, &f.BackendDetails, &f.Instance,
		&s.created, &f.Reserved, &s.position)
}

// file returns the file, nil if the row was the empty side of a join.
func (s *fileScan) file() (*core.File, error) {
	var err error
	f := &s.f
	if f.ID == "" {
		return nil, nil
	}
	if f.Status == "" {
		f.Status = core.Missing
	}
	if f.MD5 == md5OfNothing {
		f.Size = 0 // Plik 1.3 kept the declared size of an empty file
	}
	if f.Status != core.Uploading {
		f.Reserved = 0 // it is over
	}
	if s.crc32 >= 0 {
		f.CRC32, f.HasCRC32 = uint32(s.crc32), true
	}
	if f.CreatedAt, err = parseTime(s.created); err != nil {
		return nil, fmt.Errorf("file %s: %w", f.ID, err)
	}
	return f, nil
}

// scanFile reads a row of fileColumns alone.
func scanFile(row scanner) (*core.File, error) {
	var s fileScan
	if err := row.Scan(s.dest(make([]any, 0, 16))...); err != nil {
		return nil, err
	}
	return s.file()
}

// scanFiles reads all rows of fileColumns and closes them.
func scanFiles(rows *sql.Rows, err error) ([]*core.File, error) {
	return scanAll(rows, err, scanFile)
}

// scanInOrder is scanFiles for one upload, in the order the files were added.
func scanInOrder(rows *sql.Rows, err error) ([]*core.File, error) {
	all, err := scanAll(rows, err, scanFileRow)
	if err != nil {
		return nil, err
	}
	return inOrder(all), nil
}

// scanFileRow is scanFile with what a file does not hold.
func scanFileRow(row scanner) (*fileScan, error) {
	s := &fileScan{}
	if err := row.Scan(s.dest(make([]any, 0, 16))...); err != nil {
		return nil, err
	}
	_, err := s.file()
	return s, err
}

// inOrder returns the files of one upload in the order they were added.
func inOrder(all []*fileScan) []*core.File {
	positions := !slices.ContainsFunc(all, func(s *fileScan) bool { return s.position < 0 })
	slices.SortFunc(all, func(a, b *fileScan) int {
		// Clocks can go back, positions cannot. Rows of Plik 1.3 have none.
		byTime := 0
		if !positions {
			byTime = a.f.CreatedAt.Compare(b.f.CreatedAt)
		}
		return cmp.Or(byTime, cmp.Compare(a.position, b.position), strings.Compare(string(a.f.ID), string(b.f.ID)))
	})
	files := make([]*core.File, len(all))
	for i, s := range all {
		files[i] = &s.f
	}
	return files
}

// uploadArgs are those of sqlInsertUpload.
func uploadArgs(u *core.Upload) []any {
	return []any{
		u.ID, u.UploadToken, u.TTL, u.ExtendTTL, u.Stream, u.OneShot, u.Removable,
		u.ProtectedByPassword, u.Login, u.Password, u.Comments, u.RemoteIP, u.User, u.Token,
		timeText(u.CreatedAt), formatTime(u.ExpireAt), formatTime(u.DeletedAt),
	}
}

// fileArgs are the values of fileFields but the last.
func fileArgs(f *core.File) []any {
	return []any{
		f.ID, f.UploadID, f.Name, f.Status, f.Size, f.MD5, crcArg(f), f.Type,
		f.Reference, f.BackendDetails, textOrNull(f.Instance), timeText(f.CreatedAt),
		reservedArg(f),
	}
}

func reservedArg(f *core.File) any {
	if f.Reserved == 0 {
		return nil
	}
	return f.Reserved
}

func crcArg(f *core.File) any {
	if !f.HasCRC32 {
		return nil
	}
	return int64(f.CRC32)
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// settle fills in what a new file need not say.
func settle(f *core.File, upload core.UploadID, now time.Time) {
	f.UploadID = upload
	if f.Status == "" {
		f.Status = core.Missing
	}
	if f.CreatedAt.IsZero() {
		f.CreatedAt = now
	}
}
