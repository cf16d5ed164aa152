package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/relay"
)

// Server is one plikd. New opens its stores, Start serves, Stop ends both.
type Server struct {
	Options
	backends *Backends
	services *Services
	tickets  []byte         // key
	relayKey relay.Key      // nil: this daemon is alone
	relay    *relay.Client  // nil: this daemon is alone
	sessions *auth.Sessions // nil: there are no accounts
	logins   map[string]*auth.Flow
	audit    *audit.Log
	cleaner  *cleaner.Cleaner
	metrics  *metrics.Metrics

	api, meters *http.Server
	addr        net.Addr
	metersAddr  net.Addr

	wg     sync.WaitGroup
	cancel context.CancelFunc // ends what runs beside the listeners
	failed chan error         // a listener that died
}

// New opens the stores and builds everything, but does not listen yet. What it opened is
// closed again when it fails.
func New(ctx context.Context, o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	b, err := OpenBackends(ctx, o.Config, o.Log, o.Now)
	if err != nil {
		return nil, err
	}
	s := &Server{Options: o, backends: b, failed: make(chan error, 2)}
	if err := s.build(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// ReopenAudit goes on with the audit log in a new file, when the old one was moved away.
func (s *Server) ReopenAudit() {
	if err := s.audit.Reopen(); err != nil {
		s.Log.WithError(err).Error("cannot reopen the audit log")
	}
}

// close closes what New opened.
func (s *Server) close() error {
	if s.relay != nil {
		s.relay.Close()
	}
	return errors.Join(s.audit.Close(), s.backends.Close())
}

func (s *Server) build(ctx context.Context) (err error) {
	if s.Config.MetricsPort > 0 {
		s.metrics = metrics.New(metrics.Options{
			DBStats: s.backends.Metadata.DBStats, Version: s.Build.Version, Revision: s.Build.GitShortRevision,
			Now: s.Now, Log: logrus.NewEntry(s.Log),
		})
	}
	s.cleaner, err = cleaner.New(cleaner.Options{
		Store: s.backends.Metadata, Backend: s.backends.Data, Log: logrus.NewEntry(s.Log), Now: s.Now, URL: s.Config.AdvertiseURL,
		Held: func(id core.FileID) bool { return s.services.Uploads.Held(id) },
		Expire: func(ctx context.Context) (int, error) {
			return s.services.Uploads.ExpireResumables(ctx, max(s.Config.ResumableLifetime, time.Minute))
		},
		Observe: func(r cleaner.Result) {
			s.metrics.Cleaned(metrics.Cleaning{
				RemovedUploads: r.RemovedUploads, DeletedFiles: r.DeletedFiles, DeletedUploads: r.DeletedUploads,
				OrphanFiles: r.OrphanFiles, OrphanTokens: r.OrphanTokens, Recovered: r.Recovered, Partials: r.Partials,
				Duration: r.Duration,
			})
		},
	})
	if err != nil {
		return err
	}
	between, err := s.openRelay(ctx)
	if err != nil {
		return err
	}
	if s.services, err = newServices(s.Config, s.backends, s.Log, s.cleaner.Instance().ID, between, s.Now); err != nil {
		return err
	}
	if err := s.openTickets(ctx); err != nil {
		return err
	}
	if err := s.openSessions(ctx); err != nil {
		return err
	}
	s.audit, err = audit.Open(s.Config.AuditLog, audit.Options{Now: s.Now, OnError: func(err error) {
		s.Log.WithError(err).Error("cannot write the audit log")
	}})
	if err != nil {
		return err
	}
	h, err := handlers.New(s.handlerOptions())
	if err != nil {
		return err
	}
	s.api = s.httpServer(h)
	return nil
}

// httpServer has no time limit on bodies: handlers move one along with each piece.
func (s *Server) httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          stdlog.New(httpLog{s.Log}, "", 0),
	}
}

// httpLog takes what net/http complains of: mostly clients that speak no HTTP or TLS.
type httpLog struct{ log *logrus.Logger }

func (l httpLog) Write(p []byte) (int, error) {
	l.log.WithField("text", string(p)).Debug("http server")
	return len(p), nil
}

// Start recovers what a former life left half done, then listens and serves. It returns
// when clients can connect.
func (s *Server) Start(ctx context.Context) error {
	if err := s.cleaner.Recover(ctx); err != nil {
		return fmt.Errorf("recover interrupted uploads: %w", err)
	}
	tlsConfig, err := s.tls()
	if err != nil {
		return err
	}
	l, err := listen(ctx, s.Config.ListenAddress, s.Config.ListenPort)
	if err != nil {
		return err
	}
	s.addr = l.Addr()
	if err := s.startMetrics(ctx); err != nil {
		l.Close()
		return err
	}
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.wg.Go(func() { s.cleaner.Run(background) })
	s.wg.Go(func() { s.services.Uploads.RunDigests(background) })
	if s.metrics != nil {
		s.wg.Go(func() { s.metrics.RunStats(background, time.Minute, s.backends.Metadata.Stats) })
	}
	s.serve(s.api, l, tlsConfig)
	return nil
}

func (s *Server) serve(srv *http.Server, l net.Listener, tlsConfig *tls.Config) {
	s.wg.Go(func() {
		var err error
		if tlsConfig != nil {
			srv.TLSConfig = tlsConfig
			err = srv.ServeTLS(l, "", "")
		} else {
			err = srv.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("listener %s: %w", l.Addr(), err)
		}
	})
}

func listen(ctx context.Context, host string, port int) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("unable to listen on %s port %d, choose another ListenPort or stop what uses it: %w", host, port, err)
	}
	return l, nil
}

func (s *Server) startMetrics(ctx context.Context) error {
	if s.metrics == nil {
		return nil
	}
	l, err := listen(ctx, s.Config.MetricsAddress, s.Config.MetricsPort)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	s.metersAddr = l.Addr()
	s.meters = s.httpServer(s.metrics.Handler())
	s.serve(s.meters, l, nil)
	return nil
}

func (s *Server) tls() (*tls.Config, error) {
	c := s.Config
	if !c.SslEnabled {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(c.SslCert, c.SslKey)
	if err != nil {
		return nil, fmt.Errorf("unable to load the TLS certificate, check SslCert and SslKey: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: c.MinTLSVersion, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// Addr returns the address that Start listens on.
func (s *Server) Addr() net.Addr { return s.addr }

// MetricsAddr returns the address of the metrics, nil without.
func (s *Server) MetricsAddr() net.Addr { return s.metersAddr }

// Stop ends the server: it accepts nothing new, tells those who wait in streams, lets
// what is running finish until ctx ends, and closes the stores. Transfers cut by ctx are an
// error.
func (s *Server) Stop(ctx context.Context) error {
	s.services.Uploads.Shutdown()
	err := s.api.Shutdown(ctx)
	if err != nil {
		s.api.Close()
		err = fmt.Errorf("transfers were cut: %w", err)
	}
	if s.meters != nil {
		s.meters.Close()
	}
	if s.cancel != nil {
		s.cancel()
	}
	s.wg.Wait()
	return errors.Join(err, s.close())
}

// Run starts the server and stops it when ctx ends, giving what is running then the
// configured time. It returns nil after an orderly end.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Start(ctx); err != nil {
		return errors.Join(err, s.close())
	}
	s.wantAdmin(ctx)
	s.Log.WithField("address", s.url()).Info("plikd is serving")
	var died error
	select {
	case <-ctx.Done():
		s.Log.WithField("timeout", s.Config.ShutdownTimeout).Info("stopping, waiting for what is running")
	case died = <-s.failed:
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Config.ShutdownTimeout)
	defer cancel()
	err := s.Stop(stop)
	if err != nil {
		s.Log.WithError(err).Warn("stopped, not everything could finish")
	} else {
		s.Log.Info("stopped")
	}
	return died
}

// wantAdmin says how to make an administrator when there is none.
func (s *Server) wantAdmin(ctx context.Context) {
	if s.sessions == nil {
		return
	}
	has, err := s.services.Accounts.HasAdmin(ctx)
	if err != nil {
		s.Log.WithError(err).Warn("cannot look for an administrator")
	} else if !has {
		s.Log.Warn("there is no administrator yet, create one with: plikd user create --admin --login NAME")
	}
}

func (s *Server) url() string {
	scheme := "http"
	if s.Config.SslEnabled {
		scheme = "https"
	}
	return scheme + "://" + s.addr.String() + s.Config.Path + "/"
}
