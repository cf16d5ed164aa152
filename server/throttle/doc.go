// Package throttle slows the guessing of secrets: every wrong guess is taken from what an
// address and a name have left, and comes back with time. It knows nothing of HTTP or of hashes.
package throttle
