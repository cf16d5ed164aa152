// Command plikd is the Plik server.
package main

import (
	"os"

	"github.com/root-gg/plik/cmd/plikd/internal/command"
)

func main() {
	os.Exit(command.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
