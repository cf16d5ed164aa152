package middleware_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

// TestRefusedClientsSeeWhy: a client that looks at the answer only after all is sent gets it, though its
// body was refused at the beginning.
func TestRefusedClientsSeeWhy(t *testing.T) {
	t.Parallel()
	log := logrus.New()
	log.SetOutput(io.Discard)
	srv := httptest.NewServer(&middleware.Server{
		Log: log, Now: time.Now,
		Next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			io.ReadFull(r.Body, make([]byte, 10))
			middleware.ScopeOf(r).Err = core.E(core.KindInvalid, "x", "no")
		}),
		Render: func(w http.ResponseWriter, _ *http.Request, err error) {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, err.Error())
		},
	})
	t.Cleanup(srv.Close)
	const size = 8 << 20 // more than the buffers of a connection
	for name, request := range map[string]string{
		"sized":   fmt.Sprintf("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size)),
		"chunked": fmt.Sprintf("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, strings.Repeat("x", size)),
		"short":   "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789",
		"waiting": "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d net.Dialer
			c, err := d.DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
			require.NoError(t, err)
			defer c.Close()
			_, err = io.WriteString(c, request)
			require.NoError(t, err, "it may send all of it")
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			require.NoError(t, err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.Equal(t, 400, resp.StatusCode)
			require.Equal(t, "no", string(body))
			require.Equal(t, name == "sized" || name == "chunked", resp.Close)
		})
	}
}
