package metadata_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// logged is a log that tests wait for lines of.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func newLog() (*logged, *logrus.Entry) {
	l := logrus.New()
	out := &logged{more: make(chan struct{}, 1)}
	l.SetOutput(out)
	l.SetLevel(logrus.TraceLevel)
	return out, logrus.NewEntry(l)
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await returns once the log holds text.
func (l *logged) await(t *testing.T, text string) {
	t.Helper()
	for !strings.Contains(l.String(), text) {
		select {
		case <-l.more:
		case <-t.Context().Done():
			t.Fatalf("%q was never logged", text)
		}
	}
}

// TestOpenTogetherOnServers has many daemons start at once on an empty database.
func TestOpenTogetherOnServers(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		const n = 8
		stores := make([]*metadata.Store, n)
		errs := make([]error, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { stores[i], errs[i] = metadata.Open(t.Context(), o) })
		}
		wg.Wait()
		for i := range n {
			require.NoError(t, errs[i])
			require.NoError(t, stores[i].CreateUpload(t.Context(), newUpload()))
			require.NoError(t, stores[i].Close())
		}
		stats, err := open(t, o).Stats(t.Context())
		require.NoError(t, err)
		require.Equal(t, n, stats.Uploads)
	})
}

func TestEraseFirstOnServers(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		u := newUpload()
		s := open(t, o)
		require.NoError(t, s.CreateUpload(t.Context(), u))
		require.NoError(t, s.Close())
		db := serverDB(t, o)
		execAll(t, db, `CREATE TABLE of_somebody_else (id integer)`)

		o.EraseFirst = true
		s = open(t, o)
		_, err := s.Upload(t.Context(), u.ID)
		require.Equal(t, core.KindNotFound, core.KindOf(err))
		require.NoError(t, s.CreateUpload(t.Context(), u))
		require.Equal(t, []string{"0"}, texts(t, db, `SELECT count(*) FROM of_somebody_else`))
	})
}

// TestWaitsForServer starts before its database does, and tells so.
func TestWaitsForServer(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		r, o := relayed(t, o)
		log, entry := newLog()
		o.Log = entry
		type opened struct {
			s   *metadata.Store
			err error
		}
		done := make(chan opened, 1)
		var wg sync.WaitGroup
		wg.Go(func() {
			s, err := metadata.Open(t.Context(), o)
			done <- opened{s, err}
		})
		log.await(t, "waiting for the database "+r.address)
		r.open(t)
		wg.Wait()
		got := <-done
		require.NoError(t, got.err)
		require.NoError(t, got.s.Ping(t.Context()))
		require.NoError(t, got.s.Close())
		require.Contains(t, log.String(), "answers")
	})
}

func TestServerNeverAnswers(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		r, o := relayed(t, o)
		o.ConnectTimeout = 50 * time.Millisecond
		_, err := metadata.Open(t.Context(), o)
		require.ErrorContains(t, err, r.address)
		require.ErrorContains(t, err, "did not answer within 50ms")

		o.ConnectTimeout = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err = metadata.Open(ctx, o)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// TestServerRefuses: what waiting does not help against is told at once, without the password.
func TestServerRefuses(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		log, entry := newLog()
		for name, connection := range map[string]string{
			"user":     strings.Replace(strings.Replace(o.ConnectionString, "user=plik", "user=nobody_known password=s3cret!", 1), "plik:plik@", "nobody_known:s3cret!@", 1),
			"database": databaseOf(t, o.Driver, o.ConnectionString, "no_such_database"),
		} {
			_, err := metadata.Open(t.Context(), metadata.Options{
				Driver: o.Driver, ConnectionString: connection, ConnectTimeout: time.Hour, Log: entry,
			})
			require.Error(t, err, name)
			require.NotContains(t, err.Error(), "s3cret!")
		}
		require.NotContains(t, log.String(), "s3cret!")
	})
}

// TestConnectionLost: what is asked of a server that is away fails cleanly, and once it is back
// all goes on.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		r, o := relayed(t, o)
		r.open(t)
		s := open(t, o)
		u := newUpload()
		require.NoError(t, s.CreateUpload(t.Context(), u))

		r.cut()
		r.open(t) // the pool's connections are dead, but there are others: a read does not notice
		got, err := s.Upload(t.Context(), u.ID)
		require.NoError(t, err)
		require.Equal(t, u.ID, got.ID)

		r.cut()
		_, err = s.Upload(t.Context(), u.ID)
		require.Equal(t, core.KindUnavailable, core.KindOf(err), err)
		err = s.MoveFile(t.Context(), u.Files[0], core.Uploading, nil)
		require.Equal(t, core.KindUnavailable, core.KindOf(err), err)
		require.Equal(t, core.Missing, u.Files[0].Status)
		_, err = s.DeleteUser(t.Context(), "local:x", time.Now())
		require.Equal(t, core.KindUnavailable, core.KindOf(err), err)

		r.open(t)
		require.NoError(t, s.Ping(t.Context()))
		require.NoError(t, s.MoveFile(t.Context(), u.Files[0], core.Uploading, nil))
	})
}

// TestLogsNoSecretsOnServers is TestLogsNoSecrets, with errors of which a database quotes values.
func TestLogsNoSecretsOnServers(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		log, entry := newLog()
		o.Debug, o.SlowQueryThreshold, o.Log = true, 1, entry
		s := open(t, o)
		u := &core.Upload{ID: core.NewUploadID(), UploadToken: "secret-1", Password: "secret-2'"}
		require.NoError(t, s.CreateUpload(t.Context(), u))
		require.NoError(t, s.CreateUser(t.Context(), &core.User{ID: "local:alice"}))
		token := &core.Token{Token: "secret-3", UserID: "local:alice"}
		require.NoError(t, s.CreateToken(t.Context(), token))
		var errs []string
		for _, err := range []error{
			s.CreateUpload(t.Context(), u), s.CreateToken(t.Context(), token),
			s.CreateToken(t.Context(), &core.Token{Token: "secret-4", UserID: "local:nobody"}),
			s.CreateToken(t.Context(), &core.Token{Token: "secret-5" + strings.Repeat("x", 300), UserID: "local:alice", Scope: "secret-6\xff"}),
		} {
			require.Error(t, err)
			errs = append(errs, err.Error())
		}
		require.Contains(t, log.String(), "slow metadata operation")
		require.NotContains(t, log.String(), "secret-")
		require.NotContains(t, strings.Join(errs, "\n"), "secret-")
	})
}

// TestTextsThatServersCannotKeep: they are refused like other input that is wrong.
func TestTextsThatServersCannotKeep(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		s := open(t, o)
		refused := []string{"a\xffb", "\xed\xa0\x80"}
		if o.Driver == "postgres" {
			refused = append(refused, "a\x00b")
		}
		for _, text := range refused {
			u := newUpload()
			u.Comments = text
			err := s.CreateUpload(t.Context(), u)
			require.Equal(t, core.KindInvalid, core.KindOf(err), err)
			_, err = s.Upload(t.Context(), u.ID)
			require.Equal(t, core.KindNotFound, core.KindOf(err))
		}
	})
}

// TestSettingsOfSession: those of the connection string, and of the server, do not get in the way.
func TestSettingsOfSession(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		if o.Driver == "mysql" {
			cfg, err := mysql.ParseDSN(o.ConnectionString)
			require.NoError(t, err)
			cfg.Params = map[string]string{"sql_mode": "''", "time_zone": "'-07:00'", "charset": "latin1"}
			cfg.ParseTime, cfg.ClientFoundRows, cfg.Loc = false, false, time.FixedZone("", 3600)
			o.ConnectionString = cfg.FormatDSN()
		} else {
			o.ConnectionString += " TimeZone=Asia/Tokyo default_transaction_isolation=serializable"
		}
		u := newUpload()
		u.CreatedAt = time.Date(2026, 3, 29, 2, 30, 0, 123456000, time.UTC) // an hour that some zones skip
		u.ExpireAt = u.CreatedAt.Add(time.Hour)
		u.Comments = `back\slash 'quote" 🎉 --`
		s := open(t, o)
		require.NoError(t, s.CreateUpload(t.Context(), u))
		require.NoError(t, s.SetExpiry(t.Context(), u.ID, u.ExpireAt)) // changes nothing
		got, err := s.UploadWithFiles(t.Context(), u.ID)
		require.NoError(t, err)
		require.Equal(t, u.CreatedAt, got.CreatedAt)
		require.Equal(t, u.ExpireAt, got.ExpireAt)
		require.Equal(t, u.Comments, got.Comments)
		n, err := s.ExpireUploads(t.Context(), u.ExpireAt, 10)
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = s.ExpireUploads(t.Context(), u.ExpireAt.Add(time.Microsecond), 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
}

func TestPoolOnServers(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, o metadata.Options) {
		o.MaxOpenConns, o.MaxIdleConns = 3, 2
		s := open(t, o)
		stats := s.DBStats()
		require.Len(t, stats, 1)
		require.Equal(t, 3, stats[0].MaxOpenConnections)

		// Many more than there are connections do not wait for one another in a circle.
		var wg sync.WaitGroup
		errs := make(chan error, 30)
		for range cap(errs) {
			wg.Go(func() {
				u := newUpload()
				err := s.CreateUpload(t.Context(), u)
				if err == nil {
					err = store(t.Context(), s, u.Files[0])
				}
				errs <- err
			})
		}
		wg.Wait()
		for range cap(errs) {
			require.NoError(t, <-errs)
		}
		require.NoError(t, s.Close())
		require.NoError(t, s.Close())
		require.Error(t, s.Ping(t.Context()))
	})
}
