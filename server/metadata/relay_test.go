package metadata_test

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/metadata"
)

// relay stands between a store and its server, so that the way there can be cut.
type relay struct {
	network, server string
	address         string

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
	wg       sync.WaitGroup
}

// relayed returns o by way of a relay, which is not open yet.
func relayed(t *testing.T, o metadata.Options) (*relay, metadata.Options) {
	t.Helper()
	r := &relay{network: "tcp", conns: map[net.Conn]bool{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r.address = l.Addr().String()
	require.NoError(t, l.Close())
	host, port, err := net.SplitHostPort(r.address)
	require.NoError(t, err)
	if o.Driver == "mysql" {
		cfg, err := mysql.ParseDSN(o.ConnectionString)
		require.NoError(t, err)
		r.server, cfg.Addr = cfg.Addr, r.address
		o.ConnectionString = cfg.FormatDSN()
	} else {
		cfg, err := pgx.ParseConfig(o.ConnectionString)
		require.NoError(t, err)
		r.server = net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
		o.ConnectionString += " host=" + host + " port=" + port
	}
	t.Cleanup(r.cut)
	return r, o
}

// open lets connections through from now on.
func (r *relay) open(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", r.address)
	require.NoError(t, err)
	r.mu.Lock()
	r.listener = l
	r.mu.Unlock()
	r.wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial(r.network, r.server)
			if err != nil {
				in.Close()
				continue
			}
			r.mu.Lock()
			r.conns[in], r.conns[out] = true, true
			r.mu.Unlock()
			for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
				r.wg.Go(func() {
					_, _ = io.Copy(way[0], way[1]) // ends when either is closed
					way[0].Close()
					way[1].Close()
				})
			}
		}
	})
}

// cut ends all connections, and lets none through.
func (r *relay) cut() {
	r.mu.Lock()
	if r.listener != nil {
		r.listener.Close()
	}
	for c := range r.conns {
		c.Close()
	}
	r.listener, r.conns = nil, map[net.Conn]bool{}
	r.mu.Unlock()
	r.wg.Wait()
}
