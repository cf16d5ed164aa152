package plik

import "time"

// For tests of what has no name outside.
var (
	ParseError        = parseError
	ParseRetryAfter   = parseRetryAfter
	ParseContentRange = parseContentRange
	Locate            = locate
	NewDigest         = newDigest
	RestoreDigest     = restoreDigest
)

func (r Retry) Pause(n int, err error) time.Duration { return r.withDefaults().pause(n, err) }

func (d *digest) Write(offset int64, p []byte) { d.write(offset, p) }
func (d *digest) Sum() string                  { return d.sum() }
func (d *digest) State() []byte                { return d.state() }
func (d *digest) Pos() int64                   { return d.pos }
func (d *digest) Stop()                        { d.stop() }
