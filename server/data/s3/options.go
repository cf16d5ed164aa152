package s3

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/root-gg/plik/server/core"
)

// The kinds of encryption at rest.
const (
	NoSSE = ""
	SSES3 = "S3"    // the store has the keys
	SSEC  = "SSE-C" // each object has a key, which is kept with its file; needs UseSSL
)

const (
	// MinPartSize is the least a part may have that is not the last one of its object, in bytes.
	MinPartSize     = 5 << 20
	defaultPartSize = 16 << 20
	// defaultMemory lets 36 objects be written at the same time, however slowly they come.
	defaultMemory = 224 << 20
)

// Options are what a Store needs. What is empty has a default where one is told.
type Options struct {
	Endpoint        string // host:port, without scheme
	AccessKeyID     string
	SecretAccessKey string
	Bucket          string // plik; created when absent
	Location        string // us-east-1: the region
	Prefix          string // of the names of all objects
	UseSSL          bool
	CACert          string // a PEM file; of who signed the certificate of Endpoint, if no one the system knows
	SSE             string

	// PartSize is the most that is gathered in memory before it is sent, in bytes: 16 MiB. While
	// memory is short it is MinPartSize.
	PartSize int64
	// Memory is the most that all that is being written may take, in bytes: 224 MiB. Each takes
	// MinPartSize or more while its bytes come. Who finds no room for a minute is refused.
	Memory int64

	// PathStyle asks for https://endpoint/bucket/... everywhere. Else the bucket is a part of the
	// host name at the providers that are known to want it so.
	PathStyle bool
	// NoChecksum leaves out the CRC32C that is sent with all bytes, for a store that refuses it.
	NoChecksum bool

	// Now is time.Now.
	Now core.Clock `toml:"-"`
}

// Problems of Options, in words that operators know.
var (
	errNoEndpoint = errors.New("missing endpoint")
	errNoKeyID    = errors.New("missing access key ID")
	errNoSecret   = errors.New("missing secret access key")
	errPartSize   = errors.New("invalid part size")
)

// complete fills in what is empty, and checks the rest.
func (o *Options) complete() error {
	if o.Bucket == "" {
		o.Bucket = "plik"
	}
	if o.Location == "" {
		o.Location = "us-east-1"
	}
	if o.PartSize == 0 {
		o.PartSize = defaultPartSize
	}
	if o.Memory == 0 {
		o.Memory = max(defaultMemory, 4*o.PartSize)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := o.check(); err != nil {
		return fmt.Errorf("invalid s3 data backend config : %w", err)
	}
	return nil
}

func (o *Options) check() error {
	switch {
	case o.Endpoint == "":
		return errNoEndpoint
	case strings.Contains(o.Endpoint, "/"):
		return errors.New("the endpoint is host:port without scheme; UseSSL chooses https")
	case o.AccessKeyID == "":
		return errNoKeyID
	case o.SecretAccessKey == "":
		return errNoSecret
	case o.PartSize < MinPartSize || o.PartSize > maxPartSize:
		return errPartSize
	case o.Memory < o.PartSize:
		return errors.New("memory is less than one part")
	}
	switch o.SSE {
	case NoSSE, SSES3:
	case SSEC:
		if !o.UseSSL {
			return errors.New("SSE-C sends keys, which needs UseSSL = true")
		}
	default:
		return fmt.Errorf("invalid SSE %q, write S3, SSE-C or nothing", o.SSE)
	}
	return nil
}

// limits are those of the protocol; tests have smaller ones.
type limits struct {
	minPart int64 // bytes of a part that is not the last
	direct  int   // parts that are sent as they are; the rest are large
	large   int64 // bytes of a large part
	copied  int64 // bytes that are copied at once
}

const (
	maxPartSize = 5 << 30 // of any part
	maxParts    = 10_000
)

// defaultLimits let an object have 5 TiB: 9000 parts of PartSize, and 1000 of 5 GiB.
func defaultLimits() limits {
	return limits{minPart: MinPartSize, direct: 9000, large: maxPartSize, copied: 512 << 20}
}
