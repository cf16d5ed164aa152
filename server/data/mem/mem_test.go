package mem_test

import (
	"testing"

	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/datatest"
	"github.com/root-gg/plik/server/data/mem"
)

func TestContract(t *testing.T) {
	t.Parallel()
	datatest.Run(t, datatest.Harness{Open: func(*testing.T) data.Backend { return mem.New() }})
}
