//go:build !unix

package dump

// syncDir does nothing: Windows cannot sync a directory.
func syncDir(string) error { return nil }
