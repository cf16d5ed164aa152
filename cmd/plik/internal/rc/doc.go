// Package rc is the configuration file of plik, .plikrc: where it is, what it says, what the
// environment adds, and how it is written.
//
// The file is TOML, its keys count in any case. It may hold profiles for several servers:
//
//	URL = "https://plik.example.org"
//
//	[Profiles.work]
//	  URL = "https://files.example.com"
//	  Token = "…"
//	  [Profiles.work.SecureOptions]
//	    Cipher = "aes-128-cbc"
//
// A profile may set what the file may, over it. A token goes to the server it was written for
// only: a profile or a variable that names another one does not inherit it.
package rc
