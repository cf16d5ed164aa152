// Command plik sends files to a Plik server and fetches them.
package main

import (
	"os"

	"github.com/root-gg/plik/cmd/plik/internal/cli"
)

func main() {
	os.Exit(cli.Run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
