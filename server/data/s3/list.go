package s3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// partialAge is how long nothing must have been added to what is taken for a leftover.
const partialAge = time.Hour

// keyAge is how long the key of a finished object is kept for who may not have noted it down.
const keyAge = 7 * 24 * time.Hour

// errStopped says that nobody wants more.
var errStopped = errors.New("stopped")

// List yields the objects and the leftovers of Puts; see data.Lister. What is unfinished, and
// what is written now by this process, is neither.
// MinIO does not tell of multipart uploads: it ends those that are a day old by itself.
func (s *Store) List(ctx context.Context) iter.Seq2[data.Entry, error] {
	return func(yield func(data.Entry, error) bool) {
		err := s.list(ctx, func(e data.Entry) error {
			if !yield(e, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(data.Entry{}, s.failure(ctx, "list the files", err))
		}
	}
}

func (s *Store) list(ctx context.Context, emit func(data.Entry) error) error {
	unfinished := map[core.FileID]bool{}
	err := s.ids(ctx, s.prefix+unfinishedDir, func(id core.FileID, _ minio.ObjectInfo) error {
		unfinished[id] = true
		return nil
	})
	if err != nil {
		return err
	}
	err = s.ids(ctx, s.prefix, func(id core.FileID, o minio.ObjectInfo) error {
		if unfinished[id] {
			return nil
		}
		return emit(data.Entry{Key: data.Key{File: id}, Size: o.Size, Modified: o.LastModified})
	})
	if err != nil {
		return err
	}
	for dir, age := range map[string]time.Duration{partsDir: 0, finishedDir: keyAge} {
		err := s.objects(ctx, s.prefix+dir, func(o minio.ObjectInfo) error {
			if age > 0 && s.o.Now().Sub(o.LastModified) < age {
				return nil
			}
			return emit(data.Entry{Key: data.Key{File: idIn(o.Key)}, Size: o.Size, Modified: o.LastModified, Partial: true, Name: o.Key})
		})
		if err != nil {
			return err
		}
	}
	for _, dir := range []string{"", partsDir} {
		err := s.uploads(ctx, s.prefix+dir, func(u minio.ObjectMultipartInfo) error {
			id := idIn(u.Key)
			if s.isLive(u.UploadID) || dir == "" && (unfinished[id] || !data.PlainID(string(id))) {
				return nil
			}
			return emit(data.Entry{Key: data.Key{File: id}, Size: u.Size, Modified: u.Initiated, Partial: true, Name: u.Key + uploadMark + u.UploadID})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// uploadMark is between the name of an object and the id of a multipart upload.
const uploadMark = "?uploadId="

// idIn returns the last part of a name.
func idIn(name string) core.FileID { return core.FileID(name[strings.LastIndexByte(name, '/')+1:]) }

// ids calls fn with the objects whose names are prefix and a plain id.
func (s *Store) ids(ctx context.Context, prefix string, fn func(core.FileID, minio.ObjectInfo) error) error {
	return s.objects(ctx, prefix, func(o minio.ObjectInfo) error {
		if id := strings.TrimPrefix(o.Key, prefix); data.PlainID(id) {
			return fn(core.FileID(id), o)
		}
		return nil
	})
}

// objects calls fn with the objects whose names begin with prefix and have no slash after it.
func (s *Store) objects(ctx context.Context, prefix string, fn func(minio.ObjectInfo) error) error {
	last := ""
	var stop error
	err := s.retry(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for o := range s.c.core.ListObjectsIter(ctx, s.o.Bucket, minio.ListObjectsOptions{Prefix: prefix, StartAfter: last}) {
			if o.Err != nil {
				return o.Err
			}
			if strings.HasSuffix(o.Key, "/") { // a folder
				continue
			}
			last = o.Key
			if stop = fn(o); stop != nil {
				return nil
			}
		}
		return ctx.Err()
	})
	return errors.Join(stop, err)
}

// Discard removes a leftover that List found; see data.Discarder. Another process may still be
// writing what got a part within the last hour.
func (s *Store) Discard(ctx context.Context, e data.Entry) (bool, error) {
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	rest, ok := strings.CutPrefix(e.Name, s.prefix)
	if !ok || !e.Partial {
		return false, errors.New("discard: this is not a leftover of the S3 store")
	}
	name, upload, isUpload := strings.Cut(e.Name, uploadMark)
	var gone bool
	var err error
	switch {
	case isUpload:
		gone, err = s.discardUpload(ctx, name, upload)
	case strings.HasPrefix(rest, partsDir):
		gone, err = s.discardObject(ctx, name, partialAge)
	case strings.HasPrefix(rest, finishedDir):
		gone, err = s.discardObject(ctx, name, keyAge)
	default:
		return false, errors.New("discard: this is not a leftover of the S3 store")
	}
	return gone, s.failure(ctx, "discard the leftover", err)
}

// discardObject removes an object that is older than age. It is listed for that: with a key of its
// own it cannot be asked.
func (s *Store) discardObject(ctx context.Context, name string, age time.Duration) (bool, error) {
	young := false
	err := s.objects(ctx, name, func(o minio.ObjectInfo) error {
		young = young || o.Key == name && s.o.Now().Sub(o.LastModified) < age
		return nil
	})
	if err != nil || young {
		return false, err
	}
	return true, s.remove(ctx, name)
}

func (s *Store) discardUpload(ctx context.Context, name, upload string) (bool, error) {
	if s.isLive(upload) {
		return false, nil
	}
	if id := idIn(name); data.PlainID(string(id)) && name == s.objectName(id) {
		_, there, err := s.look(ctx, s.unfinishedName(id), "", "")
		if err != nil || there {
			return false, err
		}
	}
	newest, err := s.newest(ctx, name, upload)
	if codeOf(err) == minio.NoSuchUpload {
		return true, nil
	}
	if err != nil || s.o.Now().Sub(newest) < partialAge {
		return false, err
	}
	return true, s.abort(ctx, name, upload)
}

// newest returns when something was last done to a multipart upload.
func (s *Store) newest(ctx context.Context, name, upload string) (t time.Time, err error) {
	err = s.uploads(ctx, name, func(u minio.ObjectMultipartInfo) error {
		if u.Key == name && u.UploadID == upload {
			t = u.Initiated
		}
		return nil
	})
	for marker := 0; err == nil; {
		var page minio.ListObjectPartsResult
		err = s.retry(ctx, func(ctx context.Context) (err error) {
			page, err = s.c.core.ListObjectParts(ctx, s.o.Bucket, name, upload, marker, 1000)
			return err
		})
		for _, p := range page.ObjectParts {
			if p.LastModified.After(t) {
				t = p.LastModified
			}
		}
		if !page.IsTruncated || page.NextPartNumberMarker <= marker {
			break
		}
		marker = page.NextPartNumberMarker
	}
	if err != nil {
		return t, fmt.Errorf("look at a multipart upload: %w", err)
	}
	return t, nil
}
