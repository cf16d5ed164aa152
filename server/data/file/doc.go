// Package file stores file bytes in a directory of the machine.
//
// An object is <Directory>/<first two characters of the file id>/<file id>. Objects of versions
// before 1.3, <Directory>/<first two characters of the upload id>/<upload id>/<file id>, are
// read and deleted too. What is being written is in <Directory>/.partial until it is whole and
// on the disk; it is then renamed, so that an object is there completely or not at all.
//
// Several processes may use one directory at the same time.
package file
