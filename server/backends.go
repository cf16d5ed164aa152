package server

import (
	"context"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/metadata"
)

// Backends are the two stores of an installation.
type Backends struct {
	Data     data.Backend
	Metadata *metadata.Store
	closers  []func() error
}

// OpenBackends opens what the configuration names.
func OpenBackends(ctx context.Context, c *config.Config, log *logrus.Logger, now core.Clock) (*Backends, error) {
	b := &Backends{}
	var err error
	if b.Metadata, err = OpenMetadata(ctx, c.MetadataBackendConfig, log, now); err != nil {
		return nil, fmt.Errorf("unable to initialize metadata backend : %w", err)
	}
	b.closers = append(b.closers, b.Metadata.Close)
	if b.Data, err = OpenData(ctx, c.DataBackend, c.DataBackendConfig, now); err != nil {
		b.Close()
		return nil, fmt.Errorf("unable to initialize data backend : %w", err)
	}
	b.closers = append(b.closers, func() error { return CloseData(b.Data) })
	return b, nil
}

// OpenMetadata opens the database that a table of the configuration names, and brings its schema up to date.
func OpenMetadata(ctx context.Context, table map[string]any, log *logrus.Logger, now core.Clock) (*metadata.Store, error) {
	o := struct {
		Driver, ConnectionString   string
		EraseFirst, Debug          bool
		MaxOpenConns, MaxIdleConns int
		SlowQueryThreshold         string
		ConnectTimeout             time.Duration
	}{}
	if err := config.Decode(table, &o); err != nil {
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
		SlowQueryThreshold: slow, ConnectTimeout: o.ConnectTimeout, Log: logrus.NewEntry(log), Now: now,
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
