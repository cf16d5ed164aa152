package config

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/BurntSushi/toml"
)

// Print writes the configuration as a file that loads again to the same one, but for the
// secrets, which are masked. Deprecated keys are left out: the feature flags say the same.
func (c *Config) Print(w io.Writer) error {
	var buf bytes.Buffer
	fmt.Fprintf(&buf, "# Effective configuration of plikd. %s stands for a secret.\n\n", mask)
	tables := map[string]any{}
	for _, k := range Keys() {
		if k.Deprecated {
			continue
		}
		v := k.field(c)
		if v.Kind() == reflect.Map {
			tables[k.Name] = masked(v.Interface().(map[string]any))
			continue
		}
		if v.Kind() == reflect.Slice && v.IsNil() {
			fmt.Fprintf(&buf, "# %s = []\n", k.Name)
			continue
		}
		if err := encode(&buf, map[string]any{k.Name: v.Interface()}); err != nil {
			return fmt.Errorf("print %s: %w", k.Name, err)
		}
	}
	if err := encode(&buf, tables); err != nil {
		return fmt.Errorf("print the backend tables: %w", err)
	}
	_, err := w.Write(buf.Bytes())
	return err
}

// Shown returns the configuration by key for administrators, secrets masked, deprecated keys left out.
func (c *Config) Shown() map[string]any {
	out := map[string]any{}
	for _, k := range Keys() {
		if k.Deprecated {
			continue
		}
		v := k.field(c)
		if v.Kind() == reflect.Map {
			out[k.Name] = masked(v.Interface().(map[string]any))
			continue
		}
		out[k.Name] = v.Interface()
	}
	return out
}

func encode(w io.Writer, v any) error {
	enc := toml.NewEncoder(w)
	enc.Indent = ""
	return enc.Encode(v)
}

// String returns what Print writes, so that a Config that is logged tells no secrets.
func (c Config) String() string {
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		return "config: " + err.Error()
	}
	return b.String()
}

// GoString is String, for %#v.
func (c Config) GoString() string { return c.String() }
