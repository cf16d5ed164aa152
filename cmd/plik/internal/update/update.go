// Package update replaces the program with the one that its server offers: only when asked to, only with what was
// signed by those who released it, or, if the user insists, with what came over a connection that nobody can change.
//
// Beside a client at clients/linux-amd64/plik a server has its signature at clients/linux-amd64/plik.sig: Ed25519
// (RFC 8032) in base64, over what Message returns.
package update

import (
	"context"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/root-gg/plik/plik"
)

// publicKey is what released clients are signed for, in base64; the linker sets it. Without it nothing counts as
// signed.
var publicKey = ""

// maxClient bounds a download, in bytes.
const maxClient = 256 << 20

// Errors of updating.
var (
	ErrUnsigned  = errors.New("the client that the server offers is not signed for this one, --unsigned takes it all the same")
	ErrInsecure  = errors.New("an unsigned client is taken over https with a valid certificate only")
	ErrDowngrade = errors.New("the server offers an older version, --downgrade takes it all the same")
)

// Updater updates one program.
type Updater struct {
	Client    *plik.Client
	Insecure  bool   // certificates are not verified
	Unsigned  bool   // take what is not signed
	Downgrade bool   // take what is older
	Current   string // version
	OS, Arch  string
	Path      string // of the program
	Key       string // instead of the one that was linked in; for tests
}

// Offer is what the server has.
type Offer struct {
	Version  string // "" when the server does not tell
	UpToDate bool
	Notes    []string // names of the releases after the current one, up to Version

	path, md5 string
}

// Message is what is signed for a client: which it is, and the SHA-256 of its bytes in hex.
func Message(version, system, arch, sum string) []byte {
	return fmt.Appendf(nil, "plik %s %s-%s\n%s\n", version, system, arch, sum)
}

// Check asks the server what it has.
func (u *Updater) Check(ctx context.Context) (*Offer, error) {
	sum, err := md5Of(u.Path)
	if err != nil {
		return nil, err
	}
	v, err := u.Client.GetServerVersionContext(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range v.Clients {
		if c.OS != u.OS || c.Arch != u.Arch {
			continue
		}
		clean := path.Clean("/" + c.Path)
		if clean == "/" {
			return nil, errors.New("the server does not say where its client is")
		}
		return &Offer{
			Version: v.Version, UpToDate: strings.EqualFold(c.MD5, sum), path: clean[1:], md5: c.MD5,
			Notes: between(v, u.Current),
		}, nil
	}
	//lint:ignore ST1005 a phrase users know
	return nil, fmt.Errorf("Server does not offer a %s-%s client", u.OS, u.Arch)
}

// between returns the releases after one version up to that of the server, if both are known.
func between(v *plik.BuildInfo, current string) []string {
	var names []string
	seen := false
	for _, r := range v.Releases {
		if seen {
			names = append(names, r.Name)
		}
		seen = seen || r.Name == current
		if r.Name == v.Version {
			return names
		}
	}
	return nil
}

// Note returns the release notes of a version.
func (u *Updater) Note(ctx context.Context, name string) (string, error) {
	body, err := u.get(ctx, "changelog/"+name)
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, 1<<20))
	return string(text), err
}

// Apply replaces the program with what is offered.
func (u *Updater) Apply(ctx context.Context, o *Offer) error {
	if older(o.Version, u.Current) && !u.Downgrade {
		return ErrDowngrade
	}
	signature, err := u.signature(ctx, o)
	if err != nil {
		return err
	}
	next, err := os.OpenFile(beside(u.Path), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return fmt.Errorf("unable to write beside the program : %w", err)
	}
	err = u.download(ctx, o, next, signature)
	if err == nil {
		err = next.Sync()
	}
	if closed := next.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = replace(next.Name(), u.Path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next.Name()))
	}
	return nil
}

// signature returns the signature of the client, nil when none is asked for.
func (u *Updater) signature(ctx context.Context, o *Offer) ([]byte, error) {
	if u.Unsigned {
		return nil, u.trusted()
	}
	if u.key() == nil {
		return nil, ErrUnsigned
	}
	body, err := u.get(ctx, o.path+".sig")
	if e, ok := errors.AsType[*plik.Error](err); ok && e.Status == http.StatusNotFound {
		return nil, ErrUnsigned
	}
	if err != nil {
		return nil, fmt.Errorf("unable to get the signature : %w", err)
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, 1024))
	if err != nil {
		return nil, fmt.Errorf("unable to get the signature : %w", err)
	}
	sig, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(sig) != ed25519.SignatureSize {
		return nil, errors.New("the signature of the client is damaged")
	}
	return sig, nil
}

func (u *Updater) key() ed25519.PublicKey {
	text := u.Key
	if text == "" {
		text = publicKey
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil
	}
	return key
}

// trusted tells whether nobody between here and the server can change anything.
func (u *Updater) trusted() error {
	at, err := url.Parse(u.Client.URL)
	if err != nil {
		return err
	}
	ip := net.ParseIP(at.Hostname())
	local := at.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if local || at.Scheme == "https" && !u.Insecure {
		return nil
	}
	return ErrInsecure
}

// download writes the client to w and verifies it.
func (u *Updater) download(ctx context.Context, o *Offer, w io.Writer, signature []byte) error {
	body, err := u.get(ctx, o.path)
	if err != nil {
		return fmt.Errorf("unable to download the client : %w", err)
	}
	defer body.Close()
	sum, strong := md5.New(), sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum, strong), io.LimitReader(body, maxClient+1))
	if err != nil {
		return fmt.Errorf("unable to download the client : %w", err)
	}
	if n > maxClient {
		return errors.New("unable to download the client : it is too large")
	}
	if got := hex.EncodeToString(sum.Sum(nil)); !strings.EqualFold(got, o.md5) {
		return fmt.Errorf("unable to download the client : md5sum %s does not match %s", got, o.md5)
	}
	if signature == nil {
		return nil
	}
	if !ed25519.Verify(u.key(), Message(o.Version, u.OS, u.Arch, hex.EncodeToString(strong.Sum(nil))), signature) {
		return errors.New("the signature of the client is not right, it was not installed")
	}
	return nil
}

func (u *Updater) get(ctx context.Context, at string) (io.ReadCloser, error) {
	target, err := url.JoinPath(u.Client.URL, strings.Split(at, "/")...)
	if err != nil {
		return nil, err
	}
	req, err := u.Client.UploadRequestContext(ctx, nil, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	resp, err := u.Client.MakeRequest(req)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func md5Of(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("unable to read the program : %w", err)
	}
	defer f.Close()
	h := md5.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("unable to read the program : %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
