package rc

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Key is a key of the file.
type Key struct {
	Name   string // with its table and a dot before it: "SecureOptions.Cipher"
	Env    string // the environment variable
	Secret bool   // its value is not shown; Env + "_FILE" may name a file with it
	Bool   bool   // it is true or false

	index []int // of the field
	basic bool  // Encode writes it even if it has its default
}

// Keys returns every key in the order of Config.
func Keys() []Key { return keysOf(reflect.TypeFor[Config](), "", nil) }

func keysOf(t reflect.Type, prefix string, index []int) []Key {
	var keys []Key
	for f := range t.Fields() {
		at := append(slices.Clone(index), f.Index...)
		if f.Type.Kind() == reflect.Struct {
			keys = append(keys, keysOf(f.Type, f.Name+".", at)...)
			continue
		}
		name := prefix + f.Name
		k := Key{
			Name:   name,
			Env:    envName(name),
			Secret: f.Type == reflect.TypeFor[Secret](),
			Bool:   f.Type.Kind() == reflect.Bool,
			index:  at,
			basic:  !slices.Contains(optional(), name),
		}
		if name == passphraseKey {
			k.Env = "PLIK_PASSPHRASE"
		}
		keys = append(keys, k)
	}
	return keys
}

const (
	passphraseKey = "SecureOptions.Passphrase"
	ttlKey        = "TTL"
	urlKey        = "URL"
	tokenKey      = "Token"
	insecureKey   = "Insecure"
	profileKey    = "Profile"
	profilesTable = "Profiles"
)

// optional lists the keys that a new file has only if they say something.
func optional() []string {
	return []string{
		"Profile", "Parallel", "LimitRate", "Retry", "Timeout", "Exclude", passphraseKey,
		"SecureOptions.Keyring", "SecureOptions.Recipient", "SecureOptions.Recipients", "SecureOptions.Gpg", "SecureOptions.Email",
		"ArchiveOptions.Zip",
	}
}

// FindKey returns the key of a name in any case.
func FindKey(name string) (Key, error) {
	keys := Keys()
	var names []string
	for _, k := range keys {
		if strings.EqualFold(k.Name, name) {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Key{}, fmt.Errorf("unknown key %q%s", name, didYouMean(name, names))
}

func (k Key) field(c *Config) reflect.Value { return reflect.ValueOf(c).Elem().FieldByIndex(k.index) }

// Text returns the value of a key as Parse takes it, secrets as they are.
func (k Key) Text(c *Config) string {
	switch f := k.field(c); f.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(f.Bool())
	case reflect.Int:
		return strconv.FormatInt(f.Int(), 10)
	case reflect.Slice:
		list, _ := f.Interface().([]string)
		return formatList(list)
	default:
		return f.String()
	}
}

// envName returns PLIK_ and the name in SCREAMING_SNAKE: SecureOptions.Cipher is
// PLIK_SECURE_OPTIONS_CIPHER, ExtendTTL is PLIK_EXTEND_TTL.
func envName(name string) string {
	runes := []rune(name)
	var b strings.Builder
	b.WriteString("PLIK")
	for i, r := range runes {
		if r == '.' {
			continue
		}
		afterLower := i > 0 && unicode.IsLower(runes[i-1])
		beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if i == 0 || runes[i-1] == '.' || unicode.IsUpper(r) && (afterLower || beforeLower) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}
