package accounts

import (
	"errors"
	"fmt"

	"github.com/root-gg/plik/server/core"
)

// explain puts what was being done before the text of a client's error.
func explain(doing string, err error) error {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Kind != core.KindInternal {
		c := *e
		c.Text = doing + " : " + e.Text
		return &c
	}
	return fmt.Errorf("%s: %w", doing, err)
}
