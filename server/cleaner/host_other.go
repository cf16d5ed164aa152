//go:build !linux

package cleaner

// host is unknown here: the death of other processes is only noticed by their silence.
func host() string { return "" }
