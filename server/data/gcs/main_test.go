package gcs_test

import (
	"testing"

	"go.uber.org/goleak"
)

// The library that fetches tokens has connections of its own, which it does not close.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}
