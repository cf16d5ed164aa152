package rc

// Config is what the file and the environment say.
type Config struct {
	Debug          bool
	Quiet          bool
	URL            string // as ParseURL returns it
	OneShot        bool
	Removable      bool
	Stream         bool
	Secure         bool
	SecureMethod   string // "openssl", "pgp" or "age"
	Archive        bool
	ArchiveMethod  string // "tar" or "zip"
	DownloadBinary string
	Comments       string
	Login          string
	Password       Secret
	TTL            int // seconds, 0: what the server likes, -1: for ever
	ExtendTTL      bool
	AutoUpdate     bool
	Token          Secret // "-": ask each time
	DisableStdin   bool
	Insecure       bool

	Profile   string   // the one to use when none is named
	Parallel  int      // how many files at once, 0: the default
	LimitRate string   // bytes a second, with unit
	Retry     int      // how often, 0: the default, -1: never
	Timeout   string   // a duration
	Exclude   []string // patterns that archives leave out

	SecureOptions  SecureOptions
	ArchiveOptions ArchiveOptions
}

// SecureOptions are the choices for encryption.
type SecureOptions struct {
	Cipher     string
	Openssl    string // the program
	Options    string // of "openssl enc"
	Passphrase Secret // from the environment only, see Load
	Keyring    string // of pgp; "": $HOME/.gnupg/pubring.gpg
	Recipient  string // of pgp, or one of age
	Recipients []string
	Gpg        string // never used
	Email      string // never used
}

// ArchiveOptions are the choices for archives.
type ArchiveOptions struct {
	Compress string
	Options  string // of the program
	Tar      string // the program
	Zip      string // the program
}

// Default returns the configuration of who has none.
func Default() *Config {
	return &Config{
		URL:            "http://127.0.0.1:8080",
		SecureMethod:   "openssl",
		ArchiveMethod:  "tar",
		DownloadBinary: "curl",
		SecureOptions: SecureOptions{
			Cipher:  "aes-256-cbc",
			Openssl: "/usr/bin/openssl",
			Options: "-md sha512 -pbkdf2 -iter 120000",
		},
		ArchiveOptions: ArchiveOptions{
			Compress: "gzip",
			Tar:      "/bin/tar",
			Zip:      "/bin/zip",
		},
	}
}

// Adopt turns on what a server does by default or forces, as told by feature, which returns
// the value of a key of the server's configuration such as "feature_one_shot".
func (c *Config) Adopt(feature func(key string) string) {
	for key, field := range map[string]*bool{
		"feature_one_shot":   &c.OneShot,
		"feature_removable":  &c.Removable,
		"feature_stream":     &c.Stream,
		"feature_extend_ttl": &c.ExtendTTL,
	} {
		if v := feature(key); v == "default" || v == "forced" {
			*field = true
		}
	}
}

// Secret is a value that only Reveal shows.
type Secret string

const mask = "[set]"

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, for JSON and its like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the value.
func (s Secret) Reveal() string { return string(s) }
