// Package dump writes all metadata of a server to a file and reads it back: users, API tokens,
// uploads (deleted ones included), files and settings. The bytes of the files are not in it.
//
// There are two formats, which Import tells apart by their first bytes.
//
// JSONLines is Plik's own one: UTF-8 text (RFC 3629), one JSON object (RFC 8259) a line, each
// line ended by a newline and at most 16 MiB long. The first line is
//
//	{"format":"plik-metadata","version":1,"createdAt":"2026-03-29T01:59:59Z"}
//
// then come the rows, {"type":"user","data":{...}}, all of type user first, then token, upload,
// file and setting; and last, so that a file that was cut is noticed,
//
//	{"type":"end","counts":{"users":1,"tokens":0,"uploads":2,"files":3,"settings":1}}
//
// The fields of the rows are those of the types userRow to settingRow. What is zero is left
// out; times are RFC 3339 in UTC. The files of an upload come in the order Source gives them. A
// file may be gzipped (RFC 1952) as a whole.
//
// Gob is what Plik 1.3 exports: the Snappy framing format around one stream of encoding/gob.
// It has no end mark, and no place for what Plik 1.3 did not know: see Export.
//
// Both hold secrets: password hashes, API and upload tokens, the key that signs sessions,
// encryption keys of the data backend. No error and no report of this package repeats any.
package dump
