package plik

import (
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// UploadParams are what can be asked of the server for an upload, and who asks.
type UploadParams struct {
	Stream    bool   // store nothing: the sender waits for the receiver
	OneShot   bool   // each file can be fetched once
	Removable bool   // anybody may delete
	TTL       int    // seconds; 0: what the server likes, negative: for ever if it allows
	ExtendTTL bool   // each access starts the TTL anew
	Comments  string // Markdown

	Token    string // of a user: the upload belongs to him
	Login    string // with Password: needed to get at the upload
	Password string
}

// Client talks to one server. Its fields must not be changed while it works; otherwise it may be used by
// several goroutines at once. The zero value of each field below HTTPClient stands for a good default.
type Client struct {
	*UploadParams // defaults of new uploads

	Debug           bool   // print requests and answers, without secrets and without contents of files
	URL             string // of the server, with its path if it has one
	ClientName      string // sent as X-ClientApp
	ClientVersion   string // sent as X-ClientVersion
	ClientUserAgent string // sent as User-Agent
	HTTPClient      *http.Client

	DebugOutput io.Writer // nil: os.Stdout
	Parallel    int       // files of an upload that are sent at once; 0: 4. Streams are all sent at once.
	Retry       Retry
	Resumable   Resumable

	// IdleTimeout ends a transfer whose bytes do not move; it is tried again where that is possible.
	// 0: a minute; negative: never. Streams may wait as long as they like.
	IdleTimeout time.Duration

	mu      sync.Mutex
	ability ability
}

// Resumable says when uploads go in pieces that survive a lost connection, by tus 1.0.0, if the
// server offers that. What it does not cover, and all that goes to other servers, is sent in one request.
type Resumable struct {
	Off bool

	// Threshold is the size from which on a file is sent so, in bytes; 0: 16 MiB. A reader of unknown
	// size is sent so when it has more than ChunkSize.
	Threshold int64

	// ChunkSize is the size of the first pieces, in bytes; 0: 8 MiB. Pieces of files, which need no
	// memory, grow to 32 times that as long as they go through quickly. For readers that cannot seek one
	// piece is kept in memory.
	ChunkSize int64
}

func (r Resumable) withDefaults() Resumable {
	if r.Threshold <= 0 {
		r.Threshold = 16 << 20
	}
	if r.ChunkSize <= 0 {
		r.ChunkSize = 8 << 20
	}
	return r
}

// NewClient returns a client of the server at url, such as "https://plik.example.org".
func NewClient(url string) *Client {
	v := version()
	return &Client{
		UploadParams:    &UploadParams{},
		URL:             url,
		ClientName:      "plik_client",
		ClientVersion:   runtime.GOOS + "-" + runtime.GOARCH + "-" + v,
		ClientUserAgent: "plik_client/" + v,
		HTTPClient:      NewHTTPClient(false),
	}
}

// Insecure makes the client believe any certificate.
func (c *Client) Insecure() { c.HTTPClient = NewHTTPClient(true) }

const module = "github.com/root-gg/plik"

// version is that of this module in the running program, 0.0.0 when it was built from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "0.0.0"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if v, ok := strings.CutPrefix(m.Version, "v"); ok && m.Path == module {
			return v
		}
	}
	return "0.0.0"
}

func (c *Client) parallel() int {
	if c.Parallel <= 0 {
		return 4
	}
	return c.Parallel
}

func (c *Client) idle() time.Duration {
	if c.IdleTimeout == 0 {
		return time.Minute
	}
	return max(0, c.IdleTimeout)
}

// params returns the defaults of new uploads.
func (c *Client) params() UploadParams {
	if c.UploadParams == nil {
		return UploadParams{}
	}
	return *c.UploadParams
}
