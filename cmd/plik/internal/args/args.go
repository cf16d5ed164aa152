// Package args reads command lines as plik has always read them: options before or after operands, short ones
// in clusters (-or), values attached or not (-t1h, -t 1h, --ttl=1h, --ttl 1h), long ones shortened as far as they
// stay clear (--one), and none with a value twice. After "--" everything is an operand, and "-" is one.
package args

import (
	"fmt"
	"slices"
	"strings"
)

// Option is something that a command line may say.
type Option struct {
	Short string // one letter, "" for none
	Long  string // "" for none
	Value string // what its value is called; "": it has none
	Help  string // one line

	Many      bool // may come several times
	Negatable bool // --no-LONG turns it off
	Files     bool // its value is the path of a file, for completion
	Choices   []string
}

// Name is what Parsed knows the option by: the long name, else the letter.
func (o Option) Name() string {
	if o.Long != "" {
		return o.Long
	}
	return o.Short
}

func (o Option) String() string {
	if o.Long != "" {
		return "--" + o.Long
	}
	return "-" + o.Short
}

// Set is the options of a command.
type Set []Option

// Parsed is what a command line says.
type Parsed struct {
	Operands []string
	values   map[string][]string
	switches map[string]bool
}

// On tells whether an option without value is on.
func (p *Parsed) On(name string) bool { return p.switches[name] }

// Switch returns the state of an option that can be turned off; set is false when nothing is said of it.
func (p *Parsed) Switch(name string) (on, set bool) {
	on, set = p.switches[name]
	return on, set
}

// Has tells whether an option with a value was given, an empty value included.
func (p *Parsed) Has(name string) bool { return len(p.values[name]) > 0 }

// Text returns the value of an option, "" for none.
func (p *Parsed) Text(name string) string {
	if v := p.values[name]; len(v) > 0 {
		return v[len(v)-1]
	}
	return ""
}

// Texts returns the values of an option that may come several times.
func (p *Parsed) Texts(name string) []string { return slices.Clone(p.values[name]) }

// Each calls f with each option that was given, in the order of the set, and its values.
func (p *Parsed) Each(s Set, f func(o Option, on bool, values []string)) {
	for _, o := range s {
		on, set := p.switches[o.Name()]
		if v := p.values[o.Name()]; set || len(v) > 0 {
			f(o, on, v)
		}
	}
}

// Error is a command line that cannot be read.
type Error struct{ Text string }

func (e *Error) Error() string { return e.Text }

func wrong(format string, a ...any) error { return &Error{fmt.Sprintf(format, a...)} }

// Parse reads a command line; its errors are *Error.
func (s Set) Parse(argv []string) (*Parsed, error) {
	r := &reader{set: s, rest: argv, out: &Parsed{values: map[string][]string{}, switches: map[string]bool{}}}
	for len(r.rest) > 0 {
		word := r.rest[0]
		r.rest = r.rest[1:]
		var err error
		switch {
		case word == "--":
			r.out.Operands = append(r.out.Operands, r.rest...)
			r.rest = nil
		case strings.HasPrefix(word, "--"):
			err = r.long(word[2:])
		case len(word) > 1 && word[0] == '-':
			err = r.cluster(word[1:])
		default:
			r.out.Operands = append(r.out.Operands, word)
		}
		if err != nil {
			return nil, err
		}
	}
	return r.out, nil
}

type reader struct {
	set  Set
	rest []string
	out  *Parsed
}

func (r *reader) long(word string) error {
	name, value, attached := strings.Cut(word, "=")
	o, off, err := r.set.find(name)
	switch {
	case err != nil:
		return err
	case o.Value != "" && !attached:
		return r.next(o)
	case o.Value != "":
		return r.put(o, value)
	case attached:
		return wrong("option --%s takes no value", o.Long)
	}
	r.out.switches[o.Name()] = !off
	return nil
}

// find returns the option of a name or of what is clearly its beginning; off for --no-….
func (s Set) find(name string) (o Option, off bool, err error) {
	var near []Option
	for _, o := range s {
		switch {
		case o.Long == "":
		case o.Long == name:
			return o, false, nil
		case o.Negatable && "no-"+o.Long == name:
			return o, true, nil
		case name != "" && strings.HasPrefix(o.Long, name):
			near = append(near, o)
		}
	}
	switch len(near) {
	case 1:
		return near[0], false, nil
	case 0:
		return Option{}, false, wrong("unknown option --%s", name)
	}
	var names []string
	for _, o := range near {
		names = append(names, o.String())
	}
	return Option{}, false, wrong("option --%s is not clear : %s", name, strings.Join(names, ", "))
}

func (r *reader) cluster(word string) error {
	for word != "" {
		letter := word[:1]
		i := slices.IndexFunc(r.set, func(o Option) bool { return o.Short == letter })
		if i < 0 {
			return wrong("unknown option -%s", strings.ToValidUTF8(letter, "?"))
		}
		o := r.set[i]
		word = word[1:]
		switch {
		case o.Value == "":
			r.out.switches[o.Name()] = true
		case word != "":
			return r.put(o, word)
		default:
			return r.next(o)
		}
	}
	return nil
}

// next takes the value of an option from the word that follows, whatever that looks like.
func (r *reader) next(o Option) error {
	if len(r.rest) == 0 {
		return wrong("option %s needs a value : %s", o, o.Value)
	}
	value := r.rest[0]
	r.rest = r.rest[1:]
	return r.put(o, value)
}

func (r *reader) put(o Option, value string) error {
	if r.out.Has(o.Name()) && !o.Many {
		return wrong("option %s is given twice", o)
	}
	if len(o.Choices) > 0 && value != "" && !slices.Contains(o.Choices, value) {
		return wrong("option %s is one of %s, not %q", o, strings.Join(o.Choices, ", "), value)
	}
	r.out.values[o.Name()] = append(r.out.values[o.Name()], value)
	return nil
}
