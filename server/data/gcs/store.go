package gcs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Options are what a Store needs.
type Options struct {
	Bucket string // must be there
	Folder string // in which all objects are; may be empty
	// Endpoint is the URL of another service than Google's; empty for that one. To one of http://, an
	// emulator, no credentials are sent.
	Endpoint string
}

// Store is a data.Backend in a bucket of Google Cloud Storage. It is also a data.Lister, Discarder,
// Checker and Appender. Its errors tell no credentials.
type Store struct {
	client   *storage.Client
	plain    *http.Client // of a service without credentials; nil: the library has its own
	bucket   *storage.BucketHandle
	name     string // of the bucket
	prefix   string // of the names of all objects
	seen     atomic.Bool
	pauses   []time.Duration // between attempts
	patience time.Duration   // with a chunk
	attempts int             // to do one thing
}

var (
	_ data.Backend   = (*Store)(nil)
	_ data.Lister    = (*Store)(nil)
	_ data.Discarder = (*Store)(nil)
	_ data.Checker   = (*Store)(nil)
	_ data.Appender  = (*Store)(nil)
)

const (
	// chunkSize is how much of an object is held in memory, in bytes: a chunk is sent again when
	// that fails.
	chunkSize = 8 << 20
	// patience is how long one step may take with all its attempts.
	patience = 30 * time.Second
	// maxAttempts is how often one thing is tried, with pauses of about 20 s in all.
	maxAttempts = 8
	// idle is after how long without a byte a connection is given up.
	idle = time.Minute
)

// New returns the store of a bucket, with the credentials that Google's tools take from the
// environment. It does not connect.
func New(ctx context.Context, o Options) (*Store, error) {
	options, plain, err := o.client()
	if err != nil {
		return nil, fmt.Errorf("invalid gcs data backend config : %w", err)
	}
	client, err := storage.NewClient(context.WithoutCancel(ctx), options...) // it renews tokens with that ctx
	if err != nil {
		return nil, fmt.Errorf("gcs: no client: %s", redact(err.Error()))
	}
	client.SetRetry(
		storage.WithPolicy(storage.RetryAlways), // each request has the same effect twice
		storage.WithBackoff(gax.Backoff{Initial: 250 * time.Millisecond, Max: 5 * time.Second, Multiplier: 2}),
		storage.WithMaxAttempts(maxAttempts),
		storage.WithMaxRetryDuration(patience),
	)
	s := &Store{
		client: client, plain: plain, bucket: client.Bucket(o.Bucket), name: o.Bucket,
		pauses:   []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second, 6 * time.Second},
		patience: patience, attempts: maxAttempts,
	}
	if o.Folder != "" {
		s.prefix = o.Folder + "/"
	}
	return s, nil
}

func (o *Options) client() (options []option.ClientOption, plain *http.Client, err error) {
	if o.Bucket == "" {
		return nil, nil, errors.New("missing Bucket")
	}
	options = []option.ClientOption{storage.WithJSONReads(), storage.WithDisabledClientMetrics()}
	if o.Endpoint == "" {
		return options, nil, nil
	}
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return nil, nil, errors.New("invalid Endpoint: give a URL such as http://127.0.0.1:4443, without user and password")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/storage/v1/"
	}
	options = append(options, option.WithEndpoint(u.String()))
	if u.Scheme == "http" {
		plain = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute,
		}}
		options = append(options, option.WithHTTPClient(plain))
	}
	return options, plain, nil
}

// Close ends the use of the store.
func (s *Store) Close() error {
	if s.plain != nil {
		s.plain.CloseIdleConnections()
	}
	return s.client.Close()
}

// objectName is where the object of a plain key is.
func (s *Store) objectName(key data.Key) string {
	return s.prefix + string(key.Upload) + "." + string(key.File)
}

// parseObject is the reverse of objectName.
func (s *Store) parseObject(name string) (data.Key, bool) {
	rest, ok := strings.CutPrefix(name, s.prefix)
	upload, file, dot := strings.Cut(rest, ".")
	key := data.Key{Upload: core.UploadID(upload), File: core.FileID(file)}
	return key, ok && dot && key.Plain()
}

// Check tells whether the bucket can be used, by listing an object. Its error is a sentence for the
// operator.
func (s *Store) Check(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	it := s.bucket.Objects(limited, &storage.Query{Prefix: s.prefix})
	it.PageInfo().MaxSize = 1
	if _, err := it.Next(); err != nil && err != iterator.Done {
		return failure(ctx, "use the bucket "+s.name, err)
	}
	s.seen.Store(true)
	return nil
}

// absent tells whether err says that there is no such object. That there is no bucket is another
// thing, and said with the same status.
func (s *Store) absent(ctx context.Context, err error) (bool, error) {
	if !errors.Is(err, storage.ErrObjectNotExist) {
		return false, nil
	}
	if !s.seen.Load() {
		if err := s.Check(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}
