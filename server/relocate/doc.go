// Package relocate moves the bytes of all files from one store to another: for a change of the
// data backend, or of its encryption.
//
// Bytes of a stored file never change, so most of the work is done while plikd serves. What was
// copied stands in a journal, and a copy that was interrupted goes on where it was. Each file is read
// back from its new place, and its MD5 compared. At the end, with plikd stopped, Copy brings over
// what has come since and Finish removes what has gone; then the metadata may point to the new store.
package relocate
