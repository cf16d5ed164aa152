package cli

import (
	"fmt"

	"github.com/root-gg/plik/cmd/plik/internal/term"
)

// dryDocument is what --dry-run --json prints.
type dryDocument struct {
	Server string    `json:"server"`
	Secure string    `json:"secure,omitempty"`
	Files  []dryFile `json:"files"`
}

type dryFile struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes; -1: known only once it is sent
	Path string `json:"path,omitempty"`
}

func (a *app) printDry(n *sending) error {
	d := dryDocument{Server: n.s.URL}
	if n.s.Secure {
		d.Secure = n.s.SecureMethod
	}
	for _, in := range n.inputs {
		d.Files = append(d.Files, dryFile{in.name, in.size, in.path})
	}
	if n.s.json {
		return a.json(d)
	}
	if !n.s.Quiet {
		fmt.Fprintf(a.out, "Nothing is sent. These would go to %s :\n", d.Server)
	}
	for _, f := range d.Files {
		size := "?"
		if f.Size >= 0 {
			size = term.Size(f.Size)
		}
		fmt.Fprintf(a.out, "%s  %s\n", term.Line(f.Name), size)
	}
	return a.out.err
}
