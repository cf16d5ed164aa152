//go:build !windows

package cli

func ttyName() string { return "/dev/tty" }
