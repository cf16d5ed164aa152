package s3

import (
	"context"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Uploads returns the names of all multipart uploads of an object, those of this process too.
func (s *Store) Uploads(ctx context.Context, name string) (names []string, err error) {
	err = s.uploads(ctx, s.prefix+name, func(u minio.ObjectMultipartInfo) error {
		names = append(names, strings.TrimPrefix(u.Key, s.prefix))
		return nil
	})
	return names, err
}

// Names returns the names of all objects below a directory.
func (s *Store) Names(ctx context.Context, dir string) (names []string, err error) {
	err = s.objects(ctx, s.prefix+dir, func(o minio.ObjectInfo) error {
		names = append(names, strings.TrimPrefix(o.Key, s.prefix))
		return nil
	})
	return names, err
}

// Limit makes the limits smaller; the store itself wants parts of 5 MiB.
func (s *Store) Limit(direct int, large, copied int64) {
	s.limits.direct, s.limits.large, s.limits.copied = direct, large, copied
}

// Hurry makes the store give up sooner.
func (s *Store) Hurry(retry, idle time.Duration) { s.retryFor, s.idleFor = retry, idle }

// MemoryUsed returns the bytes of the parts that are gathered and sent.
func (s *Store) MemoryUsed() int64 {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	return s.memory.used
}

// MemoryWaiting returns how many wait for some.
func (s *Store) MemoryWaiting() int64 { return s.memory.waiting.Load() }

// ETag returns the multipart form of what an object was made of.
func (s *Store) ETag(ctx context.Context, name, key string) (string, error) {
	info, err := s.c.core.StatObject(ctx, s.o.Bucket, s.prefix+name, minio.StatObjectOptions{ServerSideEncryption: reading(key)})
	return info.ETag, err
}

// ParseState reads what is stored of an unfinished object.
func ParseState(line []byte) (parts int, size int64, err error) {
	st, err := parseState(line)
	if err != nil {
		return 0, 0, err
	}
	return len(st.Parts), st.size(), nil
}

// KeyIn reads the key in the details of a file.
func KeyIn(text string) (string, error) { return keyIn(text) }

// Prefix is that of all names.
func (s *Store) Prefix() string { return s.prefix }

// UploadOf returns the id of the multipart upload of an object.
func (s *Store) UploadOf(ctx context.Context, name string) (id string) {
	_ = s.uploads(ctx, s.prefix+name, func(u minio.ObjectMultipartInfo) error {
		id = u.UploadID
		return nil
	})
	return id
}

// LeftoverOf is what List finds of a multipart upload.
func (s *Store) LeftoverOf(id core.FileID, upload string) data.Entry {
	return data.Entry{Key: data.Key{File: id}, Partial: true, Name: s.objectName(id) + uploadMark + upload}
}

// StatOptions are those of minio-go.
type StatOptions = minio.StatObjectOptions
