package swift

import (
	"context"
	"fmt"
	"io"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Put stores all of r under key; see data.Backend. What is said to fit into a segment becomes one
// object, and fails when r is longer than Swift takes. The rest becomes segments. What is sent is
// not kept here, so a store that fails in the middle of an object of more than 1 MiB fails the Put.
func (s *Store) Put(ctx context.Context, key data.Key, r io.Reader, size int64) (data.Stored, error) {
	if !key.Plain() {
		return data.Stored{}, errKey
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	if err := s.prepare(ctx); err != nil {
		return data.Stored{}, err
	}
	p := &put{s: s, ctx: ctx, name: objectName(key)}
	group := putPrefix + p.name + "/" + core.RandomText(16) + "/"
	g := s.segmenter(ctx, 0, func(int64) string { return fmt.Sprintf("%s%08d", group, len(p.parts)) }, p.add)
	if size >= 0 && size <= s.segmentSize {
		g.whole = p.name
	}
	defer p.end(g)
	n, err := io.Copy(g, r)
	if failed := g.failed(); failed != nil {
		err = failed
	}
	if err != nil {
		return data.Stored{}, err
	}
	return data.Stored{Size: n}, p.publish(g, group)
}

// put is a Put under way.
type put struct {
	s      *Store
	ctx    context.Context
	name   string
	parts  []segment
	extra  []string // manifests of parts
	stored bool
}

func (p *put) add(part segment) { p.parts = append(p.parts, part) }

// publish makes the object of what was written.
func (p *put) publish(g *segmenter, group string) error {
	g.gather(p.name)
	if err := g.flush(); err != nil {
		return err
	}
	if g.whole != "" {
		p.stored = true
		return nil
	}
	extra, err := p.s.publish(p.ctx, p.name, wholes(p.parts), group)
	p.extra, p.stored = extra, err == nil
	return err
}

// end removes what was written when the Put failed, or r panicked.
func (p *put) end(g *segmenter) {
	g.close()
	if p.stored || len(p.parts) == 0 || g.whole != "" {
		return
	}
	ctx, cancel := settle(p.ctx)
	defer cancel()
	names := p.extra
	for _, part := range p.parts {
		names = append(names, part.Name)
	}
	_ = p.s.removeAll(ctx, names) // List finds what stays
}
