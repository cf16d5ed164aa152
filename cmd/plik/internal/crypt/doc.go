// Package crypt seals what plik sends and opens what plik get fetched, with age, OpenPGP or as
// "openssl enc" does.
//
// All of it streams, in memory that does not grow with the size, and what is sealed here opens
// with the stock program: Sealer.Command says how. age is the method to recommend. What "openssl
// enc" makes tells neither a wrong passphrase nor a change for sure.
package crypt
