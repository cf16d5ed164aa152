package args

import (
	"fmt"
	"strings"
)

// Help returns a line for each option.
func (s Set) Help() string {
	var b strings.Builder
	for _, o := range s {
		var name string
		switch {
		case o.Long == "":
			name = "-" + o.Short
		case o.Short == "":
			name = "    --" + o.Long
		default:
			name = "-" + o.Short + ", --" + o.Long
		}
		if o.Value != "" {
			name += " " + o.Value
		}
		if len(name) > 27 {
			fmt.Fprintf(&b, "  %s\n%31s%s\n", name, "", o.Help)
			continue
		}
		fmt.Fprintf(&b, "  %-29s%s\n", name, o.Help)
	}
	return b.String()
}
