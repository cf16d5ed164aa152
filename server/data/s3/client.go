package s3

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const (
	dialFor   = 5 * time.Second
	stallFor  = time.Minute      // that the store takes no byte of what is sent
	answerFor = time.Minute      // until an answer begins
	slowFor   = 15 * time.Minute // the same of what the store needs time for
	idleConns = 64
)

// clients speak to the store. All of them ask once: Store.retry asks again.
type clients struct {
	core minio.Core
	// slow waits longer for an answer: copying and putting together take time.
	slow  minio.Core
	close func()
}

func newClients(o Options) (*clients, error) {
	quick, closeQuick, err := newClient(o, answerFor)
	if err != nil {
		return nil, err
	}
	slow, closeSlow, err := newClient(o, slowFor)
	if err != nil {
		return nil, err
	}
	return &clients{
		core: minio.Core{Client: quick}, slow: minio.Core{Client: slow},
		close: func() { closeQuick(); closeSlow() },
	}, nil
}

func newClient(o Options, answer time.Duration) (*minio.Client, func(), error) {
	transport, err := minio.DefaultTransport(o.UseSSL)
	if err != nil {
		return nil, nil, err
	}
	dialer := &net.Dialer{Timeout: dialFor, KeepAlive: 15 * time.Second}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &moving{c}, nil
	}
	transport.ResponseHeaderTimeout = answer
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = idleConns, idleConns
	transport.WriteBufferSize, transport.ReadBufferSize = 64<<10, 64<<10
	if o.CACert != "" {
		roots, err := rootsOf(o.CACert)
		if err != nil {
			return nil, nil, err
		}
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	}
	lookup := minio.BucketLookupAuto
	if o.PathStyle {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(o.AccessKeyID, o.SecretAccessKey, ""),
		Secure: o.UseSSL, Transport: transport, Region: o.Location, BucketLookup: lookup, MaxRetries: 1,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("endpoint %s: %w", o.Endpoint, err)
	}
	return client, transport.CloseIdleConnections, nil
}

// rootsOf returns the certificates of the system and of a file.
func rootsOf(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("CACert: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("CACert: there is no certificate in " + file)
	}
	return roots, nil
}

// moving is a connection that breaks when nothing of what is sent is taken.
type moving struct{ net.Conn }

func (c *moving) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(stallFor)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
