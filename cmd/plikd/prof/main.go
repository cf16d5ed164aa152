package main

import (
	"net/http"
	_ "net/http/pprof"
	"os"

	"github.com/root-gg/plik/cmd/plikd/internal/command"
)

func main() {
	go http.ListenAndServe("127.0.0.1:6061", nil)
	os.Exit(command.Run(os.Args[1:], os.Stdout, os.Stderr))
}
