package s3

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/encrypt"

	"github.com/root-gg/plik/server/data"
)

// part is one that the store has.
type part struct {
	Size int64  `json:"s"`
	ETag string `json:"e"`
	CRC  string `json:"c,omitempty"` // CRC32C, base64
}

func sizeOf(parts []part) (n int64) {
	for _, p := range parts {
		n += p.Size
	}
	return n
}

const (
	crcHeader   = "X-Amz-Checksum-Crc32c"
	algoHeader  = "X-Amz-Checksum-Algorithm"
	nonceHeader = "Plik-Write" // X-Amz-Meta-Plik-Write: which write an object comes from
)

// creating returns the options of an object that is made.
func (s *Store) creating(key, nonce string) minio.PutObjectOptions {
	o := minio.PutObjectOptions{
		ContentType: "application/octet-stream", ServerSideEncryption: s.writing(key),
		// The CRC32C tells what was damaged; a signature of the bytes would cost much more, and
		// there are stores that do not know the chunks it comes in.
		DisableContentSha256: true,
		UserMetadata:         map[string]string{},
	}
	if nonce != "" {
		o.UserMetadata[nonceHeader] = nonce
	}
	return o
}

// putSmall stores a whole object, of the pieces one after the other.
func (s *Store) putSmall(ctx context.Context, name, key, nonce string, pieces ...[]byte) error {
	o := s.creating(key, nonce)
	if !s.o.NoChecksum {
		o.UserMetadata[crcHeader] = crc32c(pieces...)
	}
	size := int64(0)
	for _, b := range pieces {
		size += int64(len(b))
	}
	return s.retry(ctx, func(ctx context.Context) error {
		body := newBody(pieces...)
		defer body.close()
		_, err := s.c.core.PutObject(ctx, s.o.Bucket, name, body, size, "", "", o)
		return err
	})
}

// create begins a multipart upload, and returns its id. Parts are checked by their CRC32C, or with
// md5 by their MD5: that is slower, but MinIO copies no parts into an upload that has CRCs.
func (s *Store) create(ctx context.Context, name, key, nonce string, md5 bool) (id string, err error) {
	o := s.creating(key, nonce)
	if !s.o.NoChecksum && !md5 {
		o.UserMetadata[algoHeader] = "CRC32C"
	}
	err = s.retry(ctx, func(ctx context.Context) error {
		id, err = s.c.core.NewMultipartUpload(ctx, s.o.Bucket, name, o)
		return err
	})
	return id, err
}

// putPart sends b as part number n, from 1 on.
func (s *Store) putPart(ctx context.Context, to target, n int, b []byte) (part, error) {
	p := part{Size: int64(len(b))}
	o := minio.PutObjectPartOptions{SSE: reading(to.key), DisableContentSha256: true}
	switch {
	case s.o.NoChecksum:
	case to.md5:
		sum := md5.Sum(b)
		o.Md5Base64 = base64.StdEncoding.EncodeToString(sum[:])
	default:
		p.CRC = crc32c(b)
		o.CustomHeader = map[string][]string{crcHeader: {p.CRC}}
	}
	err := s.retry(ctx, func(ctx context.Context) error {
		body := newBody(b)
		defer body.close()
		got, err := s.c.core.PutObjectPart(ctx, s.o.Bucket, to.name, to.upload, n, body, p.Size, o)
		p.ETag = got.ETag
		return err
	})
	return p, err
}

// target is where parts go.
type target struct {
	name, upload, key string
	md5               bool
}

// copyPart makes part number n of size bytes of another object. The store copies.
func (s *Store) copyPart(ctx context.Context, to target, n int, from source, offset, size int64) (part, error) {
	headers := map[string][]string{}
	if to.key != "" {
		reading(to.key).Marshal(headers)
	}
	if from.key != "" {
		encrypt.SSECopy(reading(from.key)).Marshal(headers)
	}
	flat := make(map[string]string, len(headers))
	for k, v := range headers {
		flat[k] = v[0]
	}
	p := part{Size: size}
	err := s.retry(ctx, func(ctx context.Context) error {
		got, err := s.c.slow.CopyObjectPart(ctx, s.o.Bucket, from.name, s.o.Bucket, to.name, to.upload, n, offset, size, flat)
		p.ETag = got.ETag
		return err
	})
	return p, err
}

// passPart makes part number n of a whole object, which comes here and goes back.
func (s *Store) passPart(ctx context.Context, to target, n int, from source, crc string) (part, error) {
	p := part{Size: from.size, CRC: crc}
	o := minio.PutObjectPartOptions{SSE: reading(to.key), DisableContentSha256: true, CustomHeader: map[string][]string{crcHeader: {crc}}}
	err := s.retry(ctx, func(ctx context.Context) error {
		reads, cancel := context.WithCancel(ctx)
		defer cancel()
		r, err := s.open(reads, from.name, from.key, data.Range{})
		if err != nil {
			return err
		}
		body := &passing{r: r}
		defer body.close()
		defer cancel() // first
		got, err := s.c.core.PutObjectPart(ctx, s.o.Bucket, to.name, to.upload, n, body, from.size, o)
		p.ETag = got.ETag
		return err
	})
	return p, err
}

// source is an object that is copied from.
type source struct {
	name, key string
	size      int64
}

// assemble makes an object of all parts. An answer that was lost is made up for by looking.
func (s *Store) assemble(ctx context.Context, name, upload string, parts []part, key, nonce string) error {
	all := make([]minio.CompletePart, len(parts))
	for i, p := range parts {
		all[i] = minio.CompletePart{PartNumber: i + 1, ETag: p.ETag, ChecksumCRC32C: p.CRC}
	}
	var o minio.PutObjectOptions
	if key != "" {
		o.ServerSideEncryption = reading(key)
	}
	return s.retry(ctx, func(ctx context.Context) error {
		_, err := s.c.slow.CompleteMultipartUpload(ctx, s.o.Bucket, name, upload, all, o)
		code := codeOf(err)
		if code != minio.NoSuchUpload && code != minio.InvalidPart {
			return err
		}
		_, there, lookErr := s.look(ctx, name, key, nonce)
		if lookErr == nil && there {
			return nil
		}
		if lookErr == nil && code == minio.InvalidPart { // MinIO, when plikd was killed in the middle of this
			return errUnfinishedAbsent.Because(s.discreet(err))
		}
		return err
	})
}

// look returns the size of an object, and whether there is one that comes from the write of
// nonce ("": any).
func (s *Store) look(ctx context.Context, name, key, nonce string) (size int64, there bool, err error) {
	var info minio.ObjectInfo
	err = s.retry(ctx, func(ctx context.Context) (err error) {
		info, err = s.c.core.StatObject(ctx, s.o.Bucket, name, minio.StatObjectOptions{ServerSideEncryption: reading(key)})
		return err
	})
	if codeOf(err) == minio.NoSuchKey {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return info.Size, nonce == "" || info.UserMetadata[nonceHeader] == nonce, nil
}

// abort ends a multipart upload and forgets its parts. One that is gone is no error.
func (s *Store) abort(ctx context.Context, name, upload string) error {
	return s.retry(ctx, func(ctx context.Context) error {
		err := s.c.core.AbortMultipartUpload(ctx, s.o.Bucket, name, upload)
		if codeOf(err) == minio.NoSuchUpload {
			return nil
		}
		return err
	})
}

// uploads calls fn with the multipart uploads whose names begin with prefix and have no slash
// after it.
func (s *Store) uploads(ctx context.Context, prefix string, fn func(minio.ObjectMultipartInfo) error) error {
	keyMarker, idMarker := "", ""
	for {
		var page minio.ListMultipartUploadsResult
		err := s.retry(ctx, func(ctx context.Context) (err error) {
			page, err = s.c.core.ListMultipartUploads(ctx, s.o.Bucket, prefix, keyMarker, idMarker, "/", 1000)
			return err
		})
		if err != nil {
			return fmt.Errorf("list the multipart uploads: %w", err)
		}
		for _, u := range page.Uploads {
			if err := fn(u); err != nil {
				return err
			}
		}
		if !page.IsTruncated || page.NextKeyMarker == keyMarker && page.NextUploadIDMarker == idMarker {
			return nil
		}
		keyMarker, idMarker = page.NextKeyMarker, page.NextUploadIDMarker
	}
}

// abortAll ends all multipart uploads of an object but one.
func (s *Store) abortAll(ctx context.Context, name, but string) error {
	var failed []error
	err := s.uploads(ctx, name, func(u minio.ObjectMultipartInfo) error {
		if u.Key == name && u.UploadID != but {
			failed = append(failed, s.abort(ctx, name, u.UploadID))
		}
		return nil
	})
	return errors.Join(append(failed, err)...)
}
