package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/gcs"
	"github.com/root-gg/plik/server/data/s3"
	"github.com/root-gg/plik/server/data/swift"
)

// dataBackends are the stores of bytes that DataBackend may name.
var dataBackends = map[string]func(ctx context.Context, table map[string]any, now core.Clock) (data.Backend, error){
	"file":  openFiles,
	"s3":    openS3,
	"swift": openSwift,
	"gcs":   openGCS,
}

// OpenData opens the store of bytes of that name. The caller closes it with CloseData.
func OpenData(ctx context.Context, name string, table map[string]any, now core.Clock) (data.Backend, error) {
	open, ok := dataBackends[name]
	if !ok {
		//lint:ignore ST1005 a phrase operators know
		return nil, fmt.Errorf(`Invalid data backend %s, use "file", "s3", "swift" or "gcs"`, name)
	}
	return open(ctx, table, now)
}

// openFiles opens a directory. With a key what is stored there is sealed.
func openFiles(_ context.Context, table map[string]any, _ core.Clock) (data.Backend, error) {
	o := struct {
		Directory                        string
		EncryptionKey, EncryptionKeyFile string
		OldEncryptionKeys                []string
	}{Directory: "files"}
	if err := config.Decode(table, &o); err != nil {
		return nil, fmt.Errorf("DataBackendConfig: %w", err)
	}
	entries := o.OldEncryptionKeys
	switch {
	case o.EncryptionKey != "" && o.EncryptionKeyFile != "":
		return nil, errors.New("DataBackendConfig: EncryptionKey and EncryptionKeyFile are both set, keep one")
	case o.EncryptionKey != "":
		entries = slices.Insert(entries, 0, o.EncryptionKey)
	case o.EncryptionKeyFile != "":
		entries = slices.Insert(entries, 0, "file:"+o.EncryptionKeyFile)
	case len(entries) > 0:
		return nil, errors.New("DataBackendConfig: OldEncryptionKeys is set, and no EncryptionKey for new files: set one, it may be the same")
	}
	keys, err := file.ReadKeys(entries)
	if err != nil {
		return nil, fmt.Errorf("DataBackendConfig: encryption %w", err)
	}
	return concrete(file.New(file.Options{Directory: o.Directory, Keys: keys}))
}

func openS3(ctx context.Context, table map[string]any, now core.Clock) (data.Backend, error) {
	o := s3.Options{Now: now}
	if err := config.Decode(table, &o); err != nil {
		return nil, fmt.Errorf("DataBackendConfig: %w", err)
	}
	return concrete(s3.New(ctx, o))
}

func openSwift(ctx context.Context, table map[string]any, _ core.Clock) (data.Backend, error) {
	var o swift.Options
	if err := config.Decode(table, &o); err != nil {
		return nil, fmt.Errorf("DataBackendConfig: %w", err)
	}
	return concrete(swift.New(ctx, o))
}

func openGCS(ctx context.Context, table map[string]any, _ core.Clock) (data.Backend, error) {
	var o gcs.Options
	if err := config.Decode(table, &o); err != nil {
		return nil, fmt.Errorf("DataBackendConfig: %w", err)
	}
	return concrete(gcs.New(ctx, o))
}

// concrete keeps a nil pointer of an adapter from becoming an interface that is not nil.
func concrete[S data.Backend](s S, err error) (data.Backend, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// CloseData closes a store of bytes, if there is anything to close.
func CloseData(b data.Backend) error {
	if c, ok := b.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
