package config

import "fmt"

// mask stands for a secret wherever it would be shown.
const mask = "[set]"

// Secret is a string that shows as "[set]", or as nothing when empty, in whatever prints,
// logs or marshals it. Keep it out of unexported fields of things that are printed with
// %v: fmt cannot call its methods there.
type Secret string

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String returns the mask.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// Format prints the mask, whatever the verb.
func (s Secret) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), s.String())
}

// MarshalText returns the mask; JSON and TOML encoders use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
