// Package seal is the format of files that are encrypted at rest. It does no input and output of
// its own.
//
// A sealed file is a header, records and a footer:
//
//	header  magic (7 bytes), version (1), id of the key (8), salt (32)
//	record  nonce (12), ciphertext (65536), tag (16); the last one may be shorter, none is empty
//	footer  nonce (12), tag (16)
//
// Every file has a key of its own: HKDF-SHA256 (RFC 5869) of the master key and the salt, bound to
// the header. Records and footer are sealed with AES-256-GCM (NIST SP 800-38D) under random nonces,
// of which a file of a terabyte needs 2^24. What is authenticated with them tells them apart:
// a record its number, which is its place in the file; the footer the length of the file
// and its name. So bytes that were changed, cut off, added, exchanged or taken from another file are
// an error, and so is a file under another name. That a file was put back as it once was is not
// noticed.
//
// Record n begins at plaintext byte 65536n: what a range needs is found by arithmetic.
package seal
