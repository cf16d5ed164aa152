package dump

import (
	"encoding/gob"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/s2"

	"github.com/root-gg/plik/server/core"
)

// gobWriter writes what Plik 1.3 can read, and counts what it cannot.
type gobWriter struct {
	snappy *s2.Writer
	enc    *gob.Encoder

	dropped, narrowed, passwords, providers, ended, uploads int
}

func newGobWriter(w io.Writer) *gobWriter {
	registerGob()
	// One at a time: no goroutines that an error would leave behind.
	s := s2.NewWriter(w, s2.WriterSnappyCompat(), s2.WriterConcurrency(1))
	return &gobWriter{snappy: s, enc: gob.NewEncoder(s)}
}

func (g *gobWriter) row(row any) (written bool, err error) {
	switch r := row.(type) {
	case *core.User:
		g.user(r)
	case *core.Token:
		if !g.token(r) {
			return false, nil
		}
	case *core.Upload:
		if r.ProtectedByPassword && strings.HasPrefix(r.Password, "$argon2") {
			g.uploads++
		}
	}
	if err := g.enc.Encode(gobRow(row)); err != nil {
		return false, fmt.Errorf("writing the dump: %w", err)
	}
	return true, nil
}

func (g *gobWriter) user(u *core.User) {
	if strings.HasPrefix(u.Password, "$argon2") {
		g.passwords++
	}
	if !slices.Contains([]string{"local", "google", "ovh"}, u.Provider) {
		g.providers++
	}
	if u.Generation > 0 {
		g.ended++
	}
}

// token tells whether t can be handed to Plik 1.3, which lets every token it knows make uploads,
// for ever: one that may not, or not for long, must not get there.
func (g *gobWriter) token(t *core.Token) bool {
	if !t.ExpireAt.IsZero() || t.Scope != core.ScopeUpload && t.Scope != core.ScopeFull {
		g.dropped++
		return false
	}
	if t.Scope == core.ScopeFull {
		g.narrowed++
	}
	return true
}

func (g *gobWriter) end(Counts) error {
	if err := g.snappy.Close(); err != nil {
		return fmt.Errorf("writing the dump: %w", err)
	}
	return nil
}

func (g *gobWriter) losses() []string {
	out := []string{"the format of Plik 1.3 has no place for CRC-32 checksums, the order of files, the last use of tokens and ended sessions : they are left out"}
	for _, l := range []struct {
		n    int
		text string
	}{
		{g.dropped, "tokens are left out : they expire or may not upload, and Plik 1.3 would let them upload for ever"},
		{g.narrowed, "tokens of full scope become tokens that may only upload"},
		{g.passwords, "users have passwords that Plik 1.3 cannot verify : they need new ones there"},
		{g.providers, "users log in with providers that Plik 1.3 does not know"},
		{g.ended, "users had all their sessions ended : Plik 1.3 would accept their older cookies until these run out"},
		{g.uploads, "uploads have passwords that Plik 1.3 cannot verify : nobody can open them there but who made them"},
	} {
		if l.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", l.n, l.text))
		}
	}
	return out
}
