package rc

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// Encode returns a file that says what c does: every key that people know, others if they are not as
// they would be without.
func Encode(c *Config) []byte {
	var out bytes.Buffer
	table := ""
	plain := Default()
	for _, k := range Keys() {
		value := tomlValue(k, c)
		if k.Name == passphraseKey || !k.basic && reflect.DeepEqual(value, tomlValue(k, plain)) {
			continue
		}
		name := k.Name
		if t, inner, ok := strings.Cut(k.Name, "."); ok {
			if name = "  " + inner; t != table {
				fmt.Fprintf(&out, "\n[%s]\n", t)
				table = t
			}
		}
		fmt.Fprintf(&out, "%s = %s\n", name, encodeValue(value))
	}
	return out.Bytes()
}

// tomlValue returns the value of a key as TOML is decoded.
func tomlValue(k Key, c *Config) any {
	switch f := k.field(c); f.Kind() {
	case reflect.Bool:
		return f.Bool()
	case reflect.Int:
		return f.Int()
	case reflect.Slice:
		list := []any{}
		for i := range f.Len() {
			list = append(list, f.Index(i).String())
		}
		return list
	default:
		return f.String()
	}
}

// encodeValue writes one value of TOML on one line.
func encodeValue(value any) string {
	var out bytes.Buffer
	// A map of one key of a plain value is encoded as "v = …".
	if err := toml.NewEncoder(&out).Encode(map[string]any{"v": value}); err != nil {
		return `""` // texts, numbers, truths and lists of texts always encode
	}
	return strings.TrimSpace(strings.TrimPrefix(out.String(), "v = "))
}

// Write makes the file at path say what c does, as Encode has it. What is in the file beside
// that stays, comments included. It replaces the file as a whole, readable for its owner only.
func Write(path string, c *Config) error {
	text, err := existing(path)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return replace(path, append(text, Encode(c)...))
	}
	plain := Default()
	for _, k := range Keys() {
		value := tomlValue(k, c)
		if k.Name == passphraseKey || !k.basic && reflect.DeepEqual(value, tomlValue(k, plain)) {
			continue
		}
		if text, err = edit(path, text, "", k, value); err != nil {
			return err
		}
	}
	return replace(path, text)
}

// Set sets one key of the file at path, in a profile unless that is "", to what text says, and
// leaves the rest as it is. The file is made if there is none.
func Set(path, profile, name, text string) error {
	k, err := FindKey(name)
	if err != nil {
		return err
	}
	switch {
	case k.Name == passphraseKey:
		return fmt.Errorf("%s has no effect in a file, use %s", k.Name, k.Env)
	case k.Name == profileKey && profile != "":
		return errors.New("a profile cannot name another one")
	}
	value, err := k.parse(text)
	c := Default()
	if err == nil {
		err = k.assign(c, value)
	}
	if err != nil {
		return fmt.Errorf("%s : %w", k.Name, err)
	}
	value = tomlValue(k, c)
	return change(path, profile, k, value)
}

// Unset takes a key out of the file. It is no error if it is not there.
func Unset(path, profile, name string) error {
	k, err := FindKey(name)
	if err != nil {
		return err
	}
	return change(path, profile, k, nil)
}

func change(path, profile string, k Key, value any) error {
	if strings.ContainsFunc(profile, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(profile) {
		return fmt.Errorf("invalid name of a profile %q", profile)
	}
	text, err := existing(path)
	if err == nil {
		text, err = edit(path, text, profile, k, value)
	}
	if err != nil {
		return err
	}
	return replace(path, text)
}

// existing returns the text of the file, nothing if there is none.
func existing(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("unable to read plikrc %s : %w", path, err)
	}
	return text, nil
}

// replace puts text in the place of the file, at once and for good. A link stays one.
func replace(path string, text []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("unable to write plikrc %s : %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".plikrc-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("unable to write plikrc %s : %w", path, err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("unable to write plikrc %s : %w", path, err)
	}
	return nil
}
