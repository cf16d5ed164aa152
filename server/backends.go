package server

import (
	"context"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/metadata"
)

// Backends are the two stores of an installation.
type Backends struct {
	Data     data.Backend
	Metadata *metadata.Store
	closers  []func() error
}

// OpenBackends opens what the configuration names. This is the only place that knows
// every adapter.
func OpenBackends(ctx context.Context, c *config.Config, log *logrus.Logger, now core.Clock) (*Backends, error) {
	b := &Backends{}
	var err error
	if b.Metadata, err = openMetadata(ctx, c, log, now); err != nil {
		return nil, fmt.Errorf("unable to initialize metadata backend : %w", err)
	}
	b.closers = append(b.closers, b.Metadata.Close)
	if err := b.openData(c); err != nil {
		b.Close()
		return nil, fmt.Errorf("unable to initialize data backend : %w", err)
	}
	return b, nil
}

func (b *Backends) openData(c *config.Config) error {
	switch c.DataBackend {
	case "file":
		o := struct{ Directory string }{"files"}
		if err := config.Decode(c.DataBackendConfig, &o); err != nil {
			return fmt.Errorf("DataBackendConfig: %w", err)
		}
		s, err := file.New(file.Options{Directory: o.Directory})
		if err != nil {
			return err
		}
		b.Data = s
		b.closers = append(b.closers, s.Close)
		return nil
	case "s3", "swift", "gcs":
		return fmt.Errorf(`data backend %s is not part of this build, use DataBackend = "file"`, c.DataBackend)
	}
	//lint:ignore ST1005 a phrase operators know
	return fmt.Errorf(`Invalid data backend %s, use "file"`, c.DataBackend)
}

func openMetadata(ctx context.Context, c *config.Config, log *logrus.Logger, now core.Clock) (*metadata.Store, error) {
	o := struct {
		Driver, ConnectionString   string
		EraseFirst, Debug          bool
		MaxOpenConns, MaxIdleConns int
		SlowQueryThreshold         string
	}{}
	if err := config.Decode(c.MetadataBackendConfig, &o); err != nil {
		return nil, fmt.Errorf("MetadataBackendConfig: %w", err)
	}
	slow := time.Second
	if o.SlowQueryThreshold != "" {
		var err error
		if slow, err = time.ParseDuration(o.SlowQueryThreshold); err != nil {
			return nil, fmt.Errorf("SlowQueryThreshold %q is not a duration such as 500ms: %w", o.SlowQueryThreshold, err)
		}
	}
	return metadata.Open(ctx, metadata.Options{
		Driver: o.Driver, ConnectionString: o.ConnectionString, EraseFirst: o.EraseFirst,
		MaxOpenConns: o.MaxOpenConns, MaxIdleConns: o.MaxIdleConns, Debug: o.Debug,
		SlowQueryThreshold: slow, Log: logrus.NewEntry(log), Now: now,
	})
}

// Close closes both stores.
func (b *Backends) Close() error {
	var first error
	for i := len(b.closers) - 1; i >= 0; i-- {
		if err := b.closers[i](); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Ready tells whether both stores can work.
func (b *Backends) Ready(ctx context.Context) error {
	if err := b.Metadata.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if c, ok := data.As[data.Checker](b.Data); ok {
		if err := c.Check(ctx); err != nil {
			return fmt.Errorf("data backend: %w", err)
		}
	}
	return nil
}
