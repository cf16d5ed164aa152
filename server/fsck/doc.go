// Package fsck compares what the metadata says is stored with what is.
package fsck
