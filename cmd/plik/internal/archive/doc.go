// Package archive makes one file of many, and many of one: the tar and zip archives that plik
// sends, and what plik get --extract does with those it fetched.
//
// Archives are written and read as streams, in memory that does not grow with their size (a zip
// that is read has to be a file, see Extract). Everything but lzip, lzop and compress is done
// here; those, archiver options that are not understood, and an archiver that the user chose
// are left to a program.
//
// Extract takes archives of strangers: nothing is written outside its directory.
package archive
