package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/history"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
)

func addCommand() command {
	set := args.Set{{Short: "n", Long: "name", Value: "NAME", Help: "Name of the one file that is sent"}}
	set = append(set, sourceOptions()...)
	set = append(set, transferOptions()...)
	return command{
		name: "add", usage: "[options] URL|ID FILE ...", short: "Add files to an upload",
		long:    "It takes to have made the upload here, or its admin address. - stands for standard input.",
		options: append(set, targetOptions()...), run: (*app).addFiles,
	}
}

// addFiles is plik add.
func (a *app) addFiles(ctx context.Context, p *args.Parsed) error {
	if len(p.Operands) < 2 {
		return usage("Usage:\n  plik add [options] URL|ID FILE ...")
	}
	s, err := a.loadUpload(ctx, p)
	if err != nil {
		return err
	}
	paths := p.Operands[1:]
	directory, err := checkOperands(paths)
	if err != nil {
		return err
	}
	t, err := a.target(s, p, p.Operands[0])
	if err != nil {
		return err
	}
	if e := t.entry; e != nil && e.Secure != "" && !s.Secure && !p.On("not-secure") {
		return usage(fmt.Sprintf("the files of this upload are encrypted with %s : use --secure %s, or --not-secure to add these as they are", e.Secure, e.Secure))
	}
	c, u, err := a.fetch(ctx, t, true)
	if err != nil {
		return err
	}
	return a.send(ctx, &t.s, u, c, paths, directory)
}

func resumeCommand() command {
	return command{
		name: "resume", usage: "[options] [ID]", short: "Go on with an upload that was cut off",
		long: "Without ID it is the only one there is. Files that are not the same any more are not sent.",
		options: append(append(args.Set{
			optAskPassword(), optPassword(), optToken(), optProfile(), optInsecure(),
		}, transferOptions()...), optJSON(), optQuiet(), optDebug(), optHelp()),
		run: (*app).resume,
	}
}

func (a *app) resume(ctx context.Context, p *args.Parsed) error {
	if len(p.Operands) > 1 {
		return usage("Usage:\n  plik resume [options] [ID]")
	}
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	e, err := a.interruptedUpload(p.Operands)
	if err != nil {
		return err
	}
	s.at(e.Server, p)
	if v := p.Text("password"); v != "" {
		s.protect(v)
	}
	if s.askPass = p.On("p"); s.askPass {
		if err := a.ask(ctx, s); err != nil {
			return err
		}
	}
	c, err := a.client(ctx, s)
	if err != nil {
		return err
	}
	u, err := c.Resume(ctx, e.State)
	if err != nil {
		return fmt.Errorf("unable to resume the upload %s : %w", e.ID, err)
	}
	return a.goOn(ctx, s, u, e)
}

// interruptedUpload returns the upload to go on with.
func (a *app) interruptedUpload(operands []string) (*history.Entry, error) {
	store, err := history.Open(a.getenv)
	if err != nil {
		return nil, err
	}
	if len(operands) == 1 {
		id := operands[0]
		if link, err := plik.ParseLink(id); err == nil {
			id = link.UploadID
		}
		e, err := store.Find("", id)
		switch {
		case errors.Is(err, history.ErrUnknown):
			return nil, coded(exitNotFound, fmt.Errorf("%s : %w", term.Line(id), err))
		case err != nil:
			return nil, err
		case e.Done:
			return nil, fmt.Errorf("the upload %s is complete, there is nothing to resume", e.ID)
		case !e.Resumable():
			return nil, fmt.Errorf("the upload %s cannot be resumed : archives, encrypted files and standard input are sent in one go", e.ID)
		}
		return e, nil
	}
	all, err := store.List()
	if err != nil {
		return nil, err
	}
	var open []*history.Entry
	for _, e := range all {
		if e.Resumable() {
			open = append(open, e)
		}
	}
	switch len(open) {
	case 0:
		return nil, coded(exitNotFound, errors.New("there is nothing to resume"))
	case 1:
		return open[0], nil
	}
	ids := make([]string, len(open))
	for i, e := range open {
		ids[i] = e.ID
	}
	return nil, usage("several uploads can be resumed, say which : " + strings.Join(ids, ", "))
}

// goOn sends what is missing of an upload, and prints all of it.
func (a *app) goOn(ctx context.Context, s *settings, u *plik.Upload, e *history.Entry) error {
	n := &sending{app: a, s: s, upload: u, added: true, kept: e, meter: term.Hidden{}, files: u.Files()}
	index := map[*plik.File]int{}
	for i, f := range n.files {
		n.inputs = append(n.inputs, &input{name: f.Name, size: f.Size, path: "-"})
		index[f] = i
		f.RegisterUploadCallback(func(_ *plik.FileMetadata, err error) { n.meter.Done(i, err == nil) })
	}
	u.OnProgress(func(p plik.Progress) { n.moved(index[p.File], p.Sent, p.Total) })
	u.OnCheckpoint(func(state *plik.State) {
		e.State = state
		n.save()
	})
	if err := n.announce(); err != nil {
		return err
	}
	if err := n.transfer(ctx); err != nil && ctx.Err() != nil {
		return n.interrupted()
	}
	return n.finish(ctx)
}

// forget forgets an upload that was deleted.
func (a *app) forget(t *target) error {
	if t.entry == nil {
		return nil
	}
	store, err := history.Open(a.getenv)
	if err != nil {
		return err
	}
	return store.Forget(t.Server, t.UploadID)
}
