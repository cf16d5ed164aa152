//go:build unix

package s3

import "syscall"

// allocate returns size bytes that are no part of the heap.
func allocate(size int) []byte {
	b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return make([]byte, size)
	}
	return b
}

// release gives what allocate returned back. For bytes of the heap Munmap is an error, and they
// are garbage.
func release(b []byte) { _ = syscall.Munmap(b) }
