// Package file stores file bytes in a directory of the machine.
//
// An object is <Directory>/<first two characters of the file id>/<file id>. Objects of versions
// before 1.3, <Directory>/<first two characters of the upload id>/<upload id>/<file id>, are
// read and deleted too. What is being written is in <Directory>/.partial until it is whole and
// on the disk; it is then renamed, so that an object is there completely or not at all.
//
// With keys, objects are sealed (package seal): Stored.Details tells so, and only an object whose Key has
// that in its Details is opened as one. Others are read as they are, whatever they begin with. Unfinished
// objects that are sealed have a file beside them for the record that is not full yet.
//
// Several processes may use one directory at the same time.
package file
