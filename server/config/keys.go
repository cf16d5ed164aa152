package config

import (
	"reflect"
	"strings"
	"unicode"
)

// Key describes one key of the configuration.
type Key struct {
	Name       string // as in the file
	Env        string // the environment variable
	Secret     bool   // its value is never shown
	FromFile   bool   // Env + "_FILE" may name a file with the value
	Deprecated bool

	index int // of the field
}

// Keys returns every key, in the order of Config.
func Keys() []Key {
	old := deprecations()
	var keys []Key
	for f := range reflect.TypeFor[Config]().Fields() {
		if f.Tag.Get("toml") == "-" {
			continue
		}
		_, deprecated := old[f.Name]
		secret := f.Type == reflect.TypeFor[Secret]()
		keys = append(keys, Key{
			Name:       f.Name,
			Env:        envName(f.Name),
			Secret:     secret,
			FromFile:   secret || f.Type.Kind() == reflect.Map,
			Deprecated: deprecated,
			index:      f.Index[0],
		})
	}
	return keys
}

// field returns the field of c that k names.
func (k Key) field(c *Config) reflect.Value {
	return reflect.ValueOf(c).Elem().Field(k.index)
}

// envName returns PLIKD_ and the name in SCREAMING_SNAKE: GoogleAPIClientID is
// PLIKD_GOOGLE_API_CLIENT_ID.
func envName(name string) string {
	runes := []rune(name)
	var b strings.Builder
	b.WriteString("PLIKD")
	for i, r := range runes {
		afterLower := i > 0 && unicode.IsLower(runes[i-1])
		beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if i == 0 || unicode.IsUpper(r) && (afterLower || beforeLower) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}
