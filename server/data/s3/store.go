package s3

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Store is a data.Backend in a bucket. It is also a data.Lister, Discarder, Checker and Appender.
type Store struct {
	o        Options
	c        *clients
	prefix   string // of all names, with its slash
	limits   limits
	retryFor time.Duration
	idleFor  time.Duration // that a body may give nothing
	memory   *memory
	secrets  []string // what to replace, and by what

	mu   sync.Mutex
	live map[string]struct{} // the multipart uploads that are going on here
}

var (
	_ data.Backend   = (*Store)(nil)
	_ data.Lister    = (*Store)(nil)
	_ data.Discarder = (*Store)(nil)
	_ data.Checker   = (*Store)(nil)
	_ data.Appender  = (*Store)(nil)
)

const (
	unfinishedDir = ".unfinished/"
	finishedDir   = ".finished/"
	partsDir      = ".parts/"
)

// New opens the store of a bucket, which it creates when absent.
func New(ctx context.Context, o Options) (*Store, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	c, err := newClients(o)
	if err != nil {
		return nil, fmt.Errorf("invalid s3 data backend config : %w", err)
	}
	s := &Store{
		o: o, c: c, limits: defaultLimits(), retryFor: retryFor, idleFor: 30 * time.Second,
		memory: newMemory(o.Memory), live: map[string]struct{}{},
		secrets: []string{
			o.SecretAccessKey, "***", url.QueryEscape(o.SecretAccessKey), "***", o.AccessKeyID, "***",
		},
	}
	if p := strings.Trim(o.Prefix, "/"); p != "" {
		s.prefix = p + "/"
	}
	if err := s.makeBucket(ctx); err != nil {
		c.close()
		return nil, err
	}
	return s, nil
}

func (s *Store) makeBucket(ctx context.Context) error {
	var there bool
	err := s.retry(ctx, func(ctx context.Context) (err error) {
		there, err = s.c.core.BucketExists(ctx, s.o.Bucket)
		return err
	})
	if err != nil {
		return s.starting(ctx, "look for", err)
	}
	if there {
		return nil
	}
	err = s.retry(ctx, func(ctx context.Context) error {
		err := s.c.core.MakeBucket(ctx, s.o.Bucket, minio.MakeBucketOptions{Region: s.o.Location})
		switch codeOf(err) { // somebody else was faster
		case minio.BucketAlreadyOwnedByYou, minio.BucketAlreadyExists:
			return nil
		}
		return err
	})
	return s.starting(ctx, "create", err)
}

// starting says to the operator what could not be done.
func (s *Store) starting(ctx context.Context, doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return fmt.Errorf("%s the bucket %s at %s: %w", doing, s.o.Bucket, s.o.Endpoint, s.discreet(err))
}

// Close ends the use of the store. What is still going on fails or ends by itself.
func (s *Store) Close() error {
	s.c.close()
	s.memory.close()
	return nil
}

// objectName is that of the object of a plain id.
func (s *Store) objectName(id core.FileID) string { return s.prefix + string(id) }

// begins notes down that a multipart upload is going on, until ends is called.
func (s *Store) begins(upload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live[upload] = struct{}{}
}

func (s *Store) ends(upload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.live, upload)
}

func (s *Store) isLive(upload string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.live[upload]
	return ok
}

// Check tells whether the bucket can be written now, by storing and removing one byte. Its error
// is a sentence for the operator.
func (s *Store) Check(ctx context.Context) error {
	name := s.prefix + partsDir + "probe." + core.RandomText(8)
	err := s.putSmall(ctx, name, "", "", []byte{'x'})
	if err == nil {
		err = s.remove(ctx, name)
	}
	if err != nil {
		return s.failure(ctx, fmt.Sprintf("the bucket %s at %s cannot be written", s.o.Bucket, s.o.Endpoint), err)
	}
	return nil
}

// Delete removes the object; see data.Backend.
func (s *Store) Delete(ctx context.Context, key data.Key) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !key.Plain() {
		return nil
	}
	return s.failure(ctx, "delete the file", s.remove(ctx, s.objectName(key.File)))
}

func (s *Store) remove(ctx context.Context, name string) error {
	return s.retry(ctx, func(ctx context.Context) error {
		err := s.c.core.RemoveObject(ctx, s.o.Bucket, name, minio.RemoveObjectOptions{})
		if codeOf(err) == minio.NoSuchKey {
			return nil
		}
		return err
	})
}
