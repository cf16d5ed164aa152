package cli

import "github.com/root-gg/plik/cmd/plik/internal/args"

const usageText = "Usage:\n  plik [options] [FILE] ...\n"

// What several commands know.
func optServer() args.Option {
	return args.Option{Long: "server", Value: "URL", Help: "Server to talk to, instead of the configured one"}
}
func optToken() args.Option {
	return args.Option{Long: "token", Value: "TOKEN", Help: "User token; - asks for it"}
}
func optProfile() args.Option {
	return args.Option{Long: "profile", Value: "NAME", Help: "Profile of the configuration to use"}
}
func optInsecure() args.Option {
	return args.Option{Long: "insecure", Help: "Do not verify the certificate of the server", Negatable: true}
}
func optQuiet() args.Option {
	return args.Option{Short: "q", Long: "quiet", Help: "Print results only, one a line", Negatable: true}
}
func optDebug() args.Option {
	return args.Option{Short: "d", Long: "debug", Help: "Print requests and answers, without secrets", Negatable: true}
}
func optHelp() args.Option { return args.Option{Short: "h", Long: "help", Help: "Print this help"} }
func optJSON() args.Option {
	return args.Option{Long: "json", Help: "Print the result as JSON"}
}
func optPassword() args.Option {
	return args.Option{Long: "password", Value: "LOGIN:PASSWORD", Help: "Protect with login and password; the login is plik if there is no colon"}
}
func optAskPassword() args.Option {
	return args.Option{Short: "p", Help: "Protect with login and password, and ask for them"}
}

// transferOptions are those of how to send and fetch.
func transferOptions() args.Set {
	return args.Set{
		{Long: "parallel", Value: "N", Help: "Files to transfer at once (4)"},
		{Long: "limit-rate", Value: "RATE", Help: "Bytes a second at most, such as 500K or 2M"},
		{Long: "retry", Value: "N", Help: "How often to try again what failed on the way (3)"},
		{Long: "timeout", Value: "DURATION", Help: "Give up when nothing moved for so long, such as 30s or 10m (5m)"},
	}
}

// uploadOptions are those of plik FILE…, in the order of the help.
func uploadOptions() args.Set {
	set := args.Set{
		{Short: "o", Long: "oneshot", Help: "Each file can be fetched once", Negatable: true},
		{Short: "r", Long: "removable", Help: "Anybody who has the link may delete", Negatable: true},
		{Short: "S", Long: "stream", Help: "Store nothing: pass the bytes on to whoever fetches them", Negatable: true},
		{Short: "t", Long: "ttl", Value: "TTL", Help: "Lifetime: seconds, or 30m, 12h, 7d, 2w, 1h30m, never"},
		{Long: "extend-ttl", Help: "Each access starts the lifetime anew", Negatable: true},
		{Short: "n", Long: "name", Value: "NAME", Help: "Name of the one file that is sent"},
		{Long: "stdin", Help: "Send standard input although DisableStdin is set"},
		optServer(), optToken(), optProfile(),
		{Long: "comments", Value: "TEXT", Help: "Comments of the upload, in Markdown"},
		optAskPassword(), optPassword(),
	}
	set = append(set, sourceOptions()...)
	set = append(set, optInsecure())
	set = append(set, transferOptions()...)
	return append(set,
		args.Option{Long: "dry-run", Help: "Say what would be sent, and send nothing"},
		optJSON(),
		args.Option{Long: "qr", Help: "Show a QR code of the page of the upload"},
		args.Option{Long: "copy", Help: "Put the address of the page into the clipboard"},
		args.Option{Long: "update", Help: "Update this program, see plik update --help"},
		optQuiet(), optDebug(),
		args.Option{Short: "v", Long: "version", Help: "Print the version"},
		args.Option{Short: "i", Long: "info", Help: "Print what the server is and allows"},
		optHelp(),
	)
}

// sourceOptions are those of what becomes of files before they are sent.
func sourceOptions() args.Set {
	return args.Set{
		{Short: "a", Help: "Archive, with the configured method"},
		{Long: "archive", Value: "METHOD", Help: "Archive with tar or zip", Choices: []string{"tar", "zip"}},
		{Long: "no-archive", Help: "Archive directories only, whatever the configuration says"},
		{Long: "compress", Value: "CODEC", Help: "Compression of tar: gzip, zstd, bzip2, xz, lzma, lzip, lzop, compress, no"},
		{Long: "archive-options", Value: "OPTIONS", Help: "Further options for the archiver"},
		{Long: "exclude", Value: "PATTERN", Help: "Leave out of archives what matches; may come several times", Many: true},
		{Short: "s", Help: "Encrypt, with the configured method"},
		{Long: "not-secure", Help: "Do not encrypt, whatever else is said"},
		{Long: "secure", Value: "METHOD", Help: "Encrypt with age (recommended), openssl or pgp", Choices: []string{"age", "openssl", "pgp"}},
		{Long: "cipher", Value: "CIPHER", Help: "Cipher of openssl (aes-256-cbc)"},
		{Long: "passphrase", Value: "PASSPHRASE", Help: "Passphrase of age and openssl; - asks for it; none makes one up"},
		{Long: "recipient", Value: "RECIPIENT", Help: "Whom to encrypt for: key or file of keys for age, name or address for pgp", Many: true},
		{Long: "secure-options", Value: "OPTIONS", Help: "Options for openssl, instead of the configured ones"},
	}
}
