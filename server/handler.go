package server

import (
	"io/fs"
	"os"

	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/webapp"
)

// handlerOptions derives what the API needs from the configuration.
func (s *Server) handlerOptions() handlers.Options {
	c := s.Config
	public := c.Public()
	resumable := c.ResumableLifetime > 0 && s.services.Uploads.CanResume()
	if resumable {
		public.ResumableUploads = handlers.ResumablePath
	}
	o := handlers.Options{
		Uploads: s.services.Uploads, Log: s.Log, Metrics: s.metrics, Now: s.Now,
		Config: public, Build: s.Build, Ready: s.backends.Ready,
		Path: c.Path, DownloadDomain: c.DownloadDomain, DownloadHosts: c.DownloadHosts,
		Proxies:   middleware.Proxies{Header: c.SourceIPHeader, Trusted: c.TrustedNetworks},
		Whitelist: c.UploadNetworks, Strict: c.EnhancedWebSecurity, Debug: c.Debug, Dump: c.DebugRequests,
	}
	if s.sessions != nil {
		o.Accounts, o.Sessions, o.Logins = s.services.Accounts, s.sessions, s.logins
		o.Effective = c.Shown()
	}
	if s.relay != nil {
		o.Leases = s.backends.Metadata
	}
	o.Audit, o.TicketKey, o.RelayKey = s.audit, s.tickets, s.relayKey
	if resumable {
		o.ResumableLife = c.ResumableLifetime
	}
	if c.PublicBase != nil {
		o.PublicURL = c.PublicBase.String()
	}
	if c.NoWebInterface {
		return o
	}
	o.Clients, o.Changelog = directory(c.ClientsDirectory), directory(c.ChangelogDirectory)
	found, err := clients(o.Clients)
	if err != nil {
		s.Log.WithError(err).WithField("directory", c.ClientsDirectory).Warn("cannot read the command line clients")
	}
	o.Build.Clients, o.Build.Releases = found, releases(o.Changelog)
	web, err := webapp.Overlay(c.WebappDirectory)
	if err != nil {
		s.Log.WithError(err).WithField("directory", c.WebappDirectory).Warn("cannot read WebappDirectory, serving the built-in web app")
		web = webapp.FS()
	}
	o.Web = web
	return o
}

// directory returns a folder's files, nil when there is no such folder. Links that lead
// out of it are not followed.
func directory(path string) fs.FS {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil
	}
	return root.FS()
}
