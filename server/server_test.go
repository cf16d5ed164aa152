package server_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a server on free ports until the test ends.
func start(t *testing.T, change func(*config.Config)) *server.Server {
	t.Helper()
	dir := t.TempDir()
	c := config.Default()
	c.ListenAddress, c.ListenPort = "127.0.0.1", 0
	c.DataBackendConfig = map[string]any{"Directory": filepath.Join(dir, "files")}
	c.MetadataBackendConfig = map[string]any{"ConnectionString": filepath.Join(dir, "plik.db")}
	if change != nil {
		change(c)
	}
	_, err := c.Resolve()
	require.NoError(t, err)
	log := logrus.New()
	log.SetOutput(io.Discard)
	s, err := server.New(t.Context(), server.Options{Config: c, Log: log})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, s.Stop(ctx))
	})
	return s
}

func client(t *testing.T) *http.Client {
	t.Helper()
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // the certificate is the test's own
	tr.ForceAttemptHTTP2 = true
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func body(t *testing.T, resp *http.Response, err error) string {
	t.Helper()
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(b)
}

// certificate writes a certificate for 127.0.0.1.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &k.PublicKey, k)
	require.NoError(t, err)
	kder, err := x509.MarshalPKCS8PrivateKey(k)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "crt"), filepath.Join(dir, "key")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: kder}), 0o600))
	return cert, key
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	s := start(t, func(c *config.Config) { c.SslEnabled, c.SslCert, c.SslKey = true, cert, key })
	url := "https://" + s.Addr().String()
	c := client(t)
	content := bytes.Repeat([]byte("0123456789"), 200_000)
	req, err := http.NewRequestWithContext(t.Context(), "PUT", url+"/x", bytes.NewReader(content))
	require.NoError(t, err)
	resp, err := c.Do(req)
	link := strings.TrimSpace(body(t, resp, err))
	require.Equal(t, 2, resp.ProtoMajor)
	require.True(t, strings.HasPrefix(link, url+"/file/"), link)
	resp, err = c.Get(link)
	require.Equal(t, string(content), body(t, resp, err))

	_, err = tls.Dial("tcp", s.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11})
	require.Error(t, err, "TLS 1.1 is refused")
	conn, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
	require.NoError(t, err)
	conn.Close()
}

func TestTLSNeedsItsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := config.Default()
	c.ListenAddress, c.ListenPort, c.SslEnabled, c.SslCert, c.SslKey = "127.0.0.1", 0, true, dir+"/no.crt", dir+"/no.key"
	c.DataBackendConfig = map[string]any{"Directory": dir}
	c.MetadataBackendConfig = map[string]any{"ConnectionString": dir + "/plik.db"}
	log := logrus.New()
	log.SetOutput(io.Discard)
	s, err := server.New(t.Context(), server.Options{Config: c, Log: log})
	require.NoError(t, err)
	err = s.Run(t.Context())
	require.ErrorContains(t, err, "check SslCert and SslKey")
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	s := start(t, func(c *config.Config) { c.MetricsAddress, c.MetricsPort = "127.0.0.1", port })
	c := client(t)
	resp, err := c.Get("http://" + s.Addr().String() + "/config")
	body(t, resp, err)
	require.Eventually(t, func() bool {
		resp, err := c.Get("http://" + s.MetricsAddr().String() + "/metrics")
		got := body(t, resp, err)
		return strings.Contains(got, `plik_http_request_total{code="200",method="GET",path="/config"} 1`) &&
			strings.Contains(got, "gorm_dbstats_open_connections") && strings.Contains(got, "plik_uploads_count 0")
	}, 10*time.Second, 10*time.Millisecond)
}

// TestOddClients: who speaks no proper HTTP is told so, and nothing breaks.
func TestOddClients(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for name, request := range map[string]string{
		"nonsense":     "\x16\x03\x01\x00 hello\r\n\r\n",
		"huge header":  "GET /config HTTP/1.1\r\nHost: x\r\nX-Big: " + strings.Repeat("x", 1<<20) + "\r\n\r\n",
		"no host":      "GET /config HTTP/1.1\r\n\r\n",
		"bad length":   "PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
		"two lengths":  "PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		"bad chunk":    "PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"wrong scheme": "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", s.Addr().String())
			require.NoError(t, err)
			defer conn.Close()
			go io.WriteString(conn, request)
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
			got := make([]byte, 12)
			_, err = io.ReadFull(conn, got)
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(got, []byte("HTTP/1.1 4")), "%s", got)
		})
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	port := s.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()
	c := config.Default()
	c.ListenAddress, c.ListenPort = "127.0.0.1", port
	c.DataBackendConfig = map[string]any{"Directory": dir}
	c.MetadataBackendConfig = map[string]any{"ConnectionString": dir + "/plik.db"}
	log := logrus.New()
	log.SetOutput(io.Discard)
	other, err := server.New(t.Context(), server.Options{Config: c, Log: log})
	require.NoError(t, err)
	require.ErrorContains(t, other.Run(t.Context()), "choose another ListenPort or stop what uses it")
}
