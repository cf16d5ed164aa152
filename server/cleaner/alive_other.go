//go:build !unix

package cleaner

// alive cannot tell here, and is in doubt for the process.
func alive(int) bool { return true }
