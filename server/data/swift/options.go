package swift

import (
	"errors"
	"fmt"
	"strings"
	"time"

	lib "github.com/ncw/swift/v2"
)

// Options are what a Store needs: where the container is, and the connection as OpenStack has it.
// The zero value of each but AuthUrl, UserName and ApiKey will do.
type Options struct {
	Container   string // plik
	SegmentSize int64  // bytes of a segment, 1 MiB to 5 GiB; 1 GiB

	AuthUrl     string // the names are those of the configuration
	AuthVersion int    // 1, 2 or 3; found in AuthUrl otherwise
	UserName    string
	UserId      string
	ApiKey      string

	ApplicationCredentialId     string
	ApplicationCredentialName   string
	ApplicationCredentialSecret string

	Domain, DomainId                      string
	Tenant, TenantId                      string
	TenantDomain, TenantDomainId, TrustId string
	Region                                string
	EndpointType                          string // public, internal or admin
	Internal                              bool
	StorageUrl                            string
	AuthToken                             string
	UserAgent                             string
	Retries                               int           // of one request, at once; the Store tries again after a pause
	ConnectTimeout                        time.Duration // 10 s
	Timeout                               time.Duration // without a byte; 60 s
}

const (
	minSegmentSize     = 1 << 20
	maxSegmentSize     = 5 << 30 // what Swift takes as one object unless it is told otherwise
	defaultSegmentSize = 1 << 30
)

// validate sets the defaults.
func (o *Options) validate() error {
	if o.Container == "" {
		o.Container = "plik"
	}
	if o.SegmentSize == 0 {
		o.SegmentSize = defaultSegmentSize
	}
	if o.Retries == 0 {
		o.Retries = 1 // a token that has run out
	}
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = 10 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 60 * time.Second
	}
	var errs []error
	if strings.Contains(o.Container, "/") {
		errs = append(errs, errors.New("invalid Container: its name has no slash"))
	}
	if o.SegmentSize < minSegmentSize || o.SegmentSize > maxSegmentSize {
		errs = append(errs, fmt.Errorf("invalid SegmentSize %d: give %d to %d bytes", o.SegmentSize, minSegmentSize, int64(maxSegmentSize)))
	}
	if o.AuthUrl == "" && (o.StorageUrl == "" || o.AuthToken == "") {
		errs = append(errs, errors.New("missing AuthUrl: give the address where tokens are had, ending in v1.0, v2.0 or v3"))
	}
	if o.AuthVersion < 0 || o.AuthVersion > 3 {
		errs = append(errs, fmt.Errorf("invalid AuthVersion %d: give 1, 2 or 3, or 0 to find it in AuthUrl", o.AuthVersion))
	}
	switch lib.EndpointType(o.EndpointType) {
	case "", lib.EndpointTypePublic, lib.EndpointTypeInternal, lib.EndpointTypeAdmin:
	default:
		errs = append(errs, errors.New("invalid EndpointType: give public, internal or admin"))
	}
	if o.Retries < 0 || o.ConnectTimeout < 0 || o.Timeout < 0 {
		errs = append(errs, errors.New("invalid Retries, ConnectTimeout or Timeout: none is negative"))
	}
	return errors.Join(errs...)
}

func (o *Options) connection() (*lib.Connection, *transport) {
	t := newTransport(o.ConnectTimeout)
	return &lib.Connection{
		AuthUrl: o.AuthUrl, AuthVersion: o.AuthVersion, UserName: o.UserName, UserId: o.UserId, ApiKey: o.ApiKey,
		ApplicationCredentialId: o.ApplicationCredentialId, ApplicationCredentialName: o.ApplicationCredentialName,
		ApplicationCredentialSecret: o.ApplicationCredentialSecret,
		Domain:                      o.Domain, DomainId: o.DomainId, Tenant: o.Tenant, TenantId: o.TenantId,
		TenantDomain: o.TenantDomain, TenantDomainId: o.TenantDomainId, TrustId: o.TrustId,
		Region: o.Region, EndpointType: lib.EndpointType(o.EndpointType), Internal: o.Internal,
		StorageUrl: o.StorageUrl, AuthToken: o.AuthToken, UserAgent: o.UserAgent,
		Retries: o.Retries, ConnectTimeout: o.ConnectTimeout, Timeout: o.Timeout,
		Transport: t,
	}, t
}

// secrets are what no message may tell.
func (o *Options) secrets() []string {
	return []string{o.ApiKey, o.ApplicationCredentialSecret, o.AuthToken}
}
