// Package api holds the OpenAPI description of the HTTP API, for programs and tests.
package api

import _ "embed"

//go:embed openapi.yaml
var spec []byte

// Spec returns the OpenAPI 3.0 document, in YAML. It is a copy: callers may change it.
func Spec() []byte { return append([]byte(nil), spec...) }
