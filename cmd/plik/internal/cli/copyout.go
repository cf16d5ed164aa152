package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/root-gg/plik/cmd/plik/internal/crypt"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
)

// copyOut writes a file to standard output, decrypted if it can be.
func (g *fetching) copyOut(ctx context.Context, f *plik.File) error {
	d, err := f.DownloadContext(ctx, plik.DownloadOptions{})
	if err != nil {
		return fmt.Errorf("%s : %w", term.Line(f.Name), err)
	}
	defer d.Close()
	in := bufio.NewReaderSize(d, 64<<10)
	head, err := in.Peek(crypt.HeadSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s : %w", term.Line(f.Name), err)
	}
	var from io.Reader = in
	if g.open.wants(head) {
		content, err := crypt.Open(ctx, in, g.open.OpenOptions)
		if err != nil {
			return fmt.Errorf("%s : %w", term.Line(f.Name), err)
		}
		defer content.Close()
		from = content
	}
	if _, err := io.CopyBuffer(struct{ io.Writer }{g.out}, struct{ io.Reader }{from}, make([]byte, 256<<10)); err != nil {
		return fmt.Errorf("%s : %w", term.Line(f.Name), err)
	}
	return nil
}
