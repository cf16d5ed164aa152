package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/history"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
)

// sending is one run that sends files.
type sending struct {
	*app
	s      *settings
	inputs []*input
	seal   *seal
	upload *plik.Upload
	files  []*plik.File // of inputs
	kept   *history.Entry
	ctx    context.Context // of what is read, ends when sending is over
	added  bool            // to an upload that was there before
	meter  term.Progress
	warned bool // that it cannot be remembered
}

// upload is plik FILE….
func (a *app) upload(ctx context.Context, p *args.Parsed) error {
	if p.On("version") {
		return a.version()
	}
	s, err := a.loadUpload(ctx, p)
	if err != nil {
		return err
	}
	directory, err := checkOperands(p.Operands)
	if err != nil {
		return err
	}
	if err := a.ask(ctx, s); err != nil {
		return err
	}
	if s.Debug {
		a.debug(p, s)
	}
	switch {
	case p.On("info"):
		return a.info(ctx, s)
	case p.On("update"):
		return a.update(ctx, s, updateChoice{})
	case len(p.Operands) == 0 && a.interactive():
		if err := a.help(); err != nil {
			return err
		}
		return &saidError{coded(exitUsage, errors.New("no file"))}
	}
	c, err := a.client(ctx, s)
	if err != nil {
		return err
	}
	return a.send(ctx, s, c.NewUpload(), c, p.Operands, directory)
}

// send sends files as a new upload, or with one that is there.
func (a *app) send(ctx context.Context, s *settings, u *plik.Upload, c *plik.Client, paths []string, directory bool) error {
	inputs, err := a.inputs(s, paths, directory)
	if err != nil {
		return err
	}
	n := &sending{app: a, s: s, inputs: inputs, upload: u, added: u.Metadata() != nil}
	if !n.added {
		u.UploadParams = plik.UploadParams{
			Stream: s.Stream, OneShot: s.OneShot, Removable: s.Removable, TTL: s.TTL, ExtendTTL: s.ExtendTTL,
			Comments: s.Comments, Token: c.Token, Login: c.Login, Password: c.Password,
		}
	}
	if s.dryRun {
		return a.dry(ctx, n, c)
	}
	if n.seal, err = a.newSeal(ctx, s); err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	n.ctx = reading
	if err := n.addAll(); err != nil {
		return err
	}
	if err := u.CreateContext(ctx); err != nil {
		//lint:ignore ST1005 a phrase users know
		return fmt.Errorf("Unable to create upload : %w", err)
	}
	n.remember()
	if err := n.announce(); err != nil {
		return n.cleaned(err)
	}
	if err := n.transfer(ctx); err != nil && ctx.Err() != nil {
		return n.interrupted()
	}
	return n.finish(ctx)
}

// addAll adds the inputs to the upload, and has their progress shown.
func (n *sending) addAll() error {
	for i, in := range n.inputs {
		var moved func(int64)
		if n.seal != nil {
			moved = func(done int64) { n.moved(i, done, in.size) }
		}
		f, err := n.add(n.ctx, n.upload, in, n.seal, moved)
		if err != nil {
			return err
		}
		f.RegisterUploadCallback(func(_ *plik.FileMetadata, err error) { n.meter.Done(i, err == nil) })
		n.files = append(n.files, f)
	}
	index := map[*plik.File]int{}
	for i, f := range n.files {
		index[f] = i
	}
	if n.seal == nil {
		n.upload.OnProgress(func(p plik.Progress) {
			if i, ok := index[p.File]; ok {
				n.moved(i, p.Sent, p.Total)
			}
		})
	}
	n.meter = term.Hidden{}
	return nil
}

func (n *sending) moved(i int, done, total int64) { n.meter.Moved(i, done, total) }

// announce says where the upload is, and for streams how to fetch it, which has to be known before it is sent.
func (n *sending) announce() error {
	if n.s.json {
		if n.s.Stream {
			return n.printJSON()
		}
		return nil
	}
	if !n.s.Quiet {
		page, err := n.upload.GetURL()
		if err != nil {
			return fmt.Errorf("unable to get upload url : %w", err)
		}
		created := n.upload.Metadata().CreatedAt.Format(time.RFC1123)
		fmt.Fprintf(n.out, "Upload successfully created at %s : \n    %s\n\n", created, page)
	}
	if n.s.Stream {
		for i := range n.files {
			if err := n.printCommand(i); err != nil {
				return err
			}
		}
		if !n.s.Quiet {
			fmt.Fprintln(n.out)
		}
	}
	return n.out.err
}

func (n *sending) printCommand(i int) error {
	address, err := addressOf(n.files[i])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(n.out, fileCommand(n.s, n.inputs[i], n.seal, address))
	return err
}

// transfer sends the files and shows how far that is.
func (n *sending) transfer(ctx context.Context) error {
	n.meter = n.progress()
	defer n.err.show(n.meter)()
	sent := make(chan error, 1)
	go func() { sent <- n.upload.UploadContext(ctx) }()
	var err error
	select {
	case err = <-sent:
	case <-ctx.Done():
		select { // what is on its way is cut off; a read that hangs is not waited for
		case err = <-sent:
		case <-time.After(3 * time.Second):
			err = context.Cause(ctx)
		}
	}
	return err
}

// progress returns how progress is shown.
func (n *sending) progress() term.Progress {
	if n.s.Quiet || n.s.Debug {
		return term.Hidden{}
	}
	items := make([]term.Item, len(n.inputs))
	for i, in := range n.inputs {
		items[i] = term.Item{Name: in.name, Size: in.size}
	}
	if term.Is(n.tty) && n.getenv("TERM") != "dumb" {
		return term.Bars(n.tty, items)
	}
	return term.Lines(n.err, items, lineEvery)
}

// lineEvery is how often progress is told where there is no terminal.
const lineEvery = 10 * time.Second

// finish prints the results and says which files failed.
func (n *sending) finish(ctx context.Context) error {
	failed := n.failures()
	n.settle(len(failed) == 0)
	if len(failed) == len(n.files) && len(failed) > 0 {
		return n.allFailed(failed)
	}
	if err := n.print(); err != nil {
		return err
	}
	if err := n.shareAids(ctx); err != nil {
		return err
	}
	if len(failed) == 0 {
		return nil
	}
	n.sayFailed(failed)
	n.sayResume()
	return &saidError{coded(exitPartial, errors.New("some files failed"))}
}

// print prints what was sent.
func (n *sending) print() error {
	switch {
	case n.s.json && n.s.Stream:
		return nil // it was printed before
	case n.s.json:
		return n.printJSON()
	case n.s.Stream:
		if !n.s.Quiet {
			fmt.Fprintln(n.out)
		}
		return n.out.err
	}
	if !n.s.Quiet {
		fmt.Fprint(n.out, "\nCommands : \n")
	}
	for i, f := range n.files {
		if f.Error() != nil {
			continue
		}
		if !n.s.Quiet {
			if err := n.printCommand(i); err != nil {
				return err
			}
			continue
		}
		address, err := addressOf(f)
		if err != nil {
			return err
		}
		fmt.Fprintln(n.out, address)
	}
	return n.out.err
}

// shareAids shows the QR code and fills the clipboard.
func (n *sending) shareAids(ctx context.Context) error {
	if !n.s.qr && !n.s.copy {
		return nil
	}
	page, err := n.upload.GetURL()
	if err != nil {
		return err
	}
	if n.s.qr {
		code, err := term.QR(page.String())
		if err != nil {
			return err
		}
		io.WriteString(n.err, code)
	}
	if n.s.copy {
		if err := term.Copy(ctx, page.String(), n.getenv, n.tty); err != nil {
			n.note("warning: %s", err)
		}
	}
	return nil
}
