package rc

import (
	"fmt"
	"io"
	"strings"
)

// Show writes what is in force, a key a line, with where it comes from. Secrets are masked.
func (l *Loaded) Show(w io.Writer) error {
	var out strings.Builder
	if l.Path != "" {
		fmt.Fprintf(&out, "# %s\n", printable(l.Path))
	}
	for _, k := range Keys() {
		where, set := l.Where[k.Name]
		value := tomlValue(k, l.Config)
		if k.Secret && k.Text(l.Config) != "" {
			value = mask
		}
		if k.Name == urlKey {
			value = redact(l.Config.URL)
		}
		fmt.Fprintf(&out, "%s = %s", k.Name, encodeValue(value))
		if set {
			fmt.Fprintf(&out, " # %s", printable(strings.TrimPrefix(where, l.Path+":")))
		}
		out.WriteString("\n")
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("unable to show the configuration : %w", err)
	}
	return nil
}
