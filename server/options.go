// Package server puts plikd together: configuration, stores, use cases and HTTP.
package server

import (
	"errors"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// Options are what a Server is made of.
type Options struct {
	Config *config.Config // mandatory, loaded or resolved
	Log    *logrus.Logger // mandatory
	Build  api.BuildInfo
	Now    core.Clock // nil: time.Now
}

func (o *Options) validate() error {
	if o.Config == nil || o.Log == nil {
		return errors.New("server: Config and Log are required")
	}
	return nil
}

// policy is what the configuration allows, as the use cases need it.
func policy(c *config.Config) uploads.Policy {
	feature := func(f config.Flag) uploads.Feature {
		return uploads.Feature{Allowed: f.Enabled(), Forced: f.Forced()}
	}
	return uploads.Policy{
		OneShot: feature(c.FeatureOneShot), Removable: feature(c.FeatureRemovable), Stream: feature(c.FeatureStream),
		Password: feature(c.FeaturePassword), ExtendTTL: feature(c.FeatureExtendTTL),
		Comments: feature(c.FeatureComments), SetTTL: feature(c.FeatureSetTTL),
		AnonymousRefused: c.FeatureAuthentication.Forced(),
		MaxFileSize:      c.MaxFileSize, MaxFiles: c.MaxFilePerUpload,
		DefaultTTL: c.DefaultTTL, MaxTTL: c.MaxTTL, MaxUserSize: c.MaxUserSize,
		MaxTotalSize: c.MaxTotalSize, MinFreeSpace: c.MinFreeDisk,
		NoDigest: c.FileDigest == "none",
	}
}
