package command

import (
	"context"
	"fmt"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/cleaner"
)

// removal is something that cannot be undone.
type removal struct {
	question       string // what follows "Do you really want to"
	do             func() (result string, err error)
	action, target string // for the audit log
}

// remove asks, removes, and cleans up after it.
func (a *app) remove(ctx context.Context, t *tools, yes bool, r removal) error {
	if !yes {
		if ok, err := a.confirm(ctx, "Do you really want to "+r.question); err != nil || !ok {
			return err
		}
	}
	result, err := r.do()
	if err != nil {
		return err
	}
	if result != "" { // else there was nothing
		t.note(r.action, r.target)
		fmt.Fprintln(a.out, terminalText(result))
	}
	return a.clean(ctx, t)
}

// clean deletes the bytes of what was just removed.
func (a *app) clean(ctx context.Context, t *tools) error {
	k, err := cleaner.New(cleaner.Options{Store: t.Metadata, Backend: t.Data, Log: logrus.NewEntry(t.log)})
	if err != nil {
		return err
	}
	r, err := k.Pass(ctx)
	if err == nil {
		fmt.Fprintln(a.err, r)
	}
	return err
}
