package args_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/args"
)

func set() args.Set {
	return args.Set{
		{Short: "o", Long: "oneshot", Negatable: true, Help: "once"},
		{Short: "r", Long: "removable", Help: "deletable"},
		{Short: "t", Long: "ttl", Value: "TTL", Help: "lifetime"},
		{Short: "p", Help: "ask"},
		{Long: "secure", Value: "METHOD", Choices: []string{"age", "pgp"}, Help: "encrypt"},
		{Long: "secure-options", Value: "OPTIONS", Help: "more"},
		{Long: "exclude", Value: "PATTERN", Many: true, Help: "leave out"},
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		argv     string // words separated by |
		operands []string
		on       []string
		text     map[string]string
	}{
		"nothing":            {},
		"after files":        {argv: "A|-o|B", operands: []string{"A", "B"}, on: []string{"oneshot"}},
		"cluster":            {argv: "-orp", on: []string{"oneshot", "removable", "p"}},
		"cluster with value": {argv: "-ort1h|A", operands: []string{"A"}, on: []string{"oneshot", "removable"}, text: map[string]string{"ttl": "1h"}},
		"value apart":        {argv: "-t|1h", text: map[string]string{"ttl": "1h"}},
		"long with =":        {argv: "--ttl=1h", text: map[string]string{"ttl": "1h"}},
		"long apart":         {argv: "--ttl|1h", text: map[string]string{"ttl": "1h"}},
		"value with dash":    {argv: "--ttl|-1", text: map[string]string{"ttl": "-1"}},
		"empty value":        {argv: "--ttl|", text: map[string]string{"ttl": ""}},
		"empty after =":      {argv: "--ttl=", text: map[string]string{"ttl": ""}},
		"= in value":         {argv: "--secure-options=-a=b", text: map[string]string{"secure-options": "-a=b"}},
		"beginning":          {argv: "--one|--rem", on: []string{"oneshot", "removable"}},
		"whole before longer": {
			argv: "--secure|age", text: map[string]string{"secure": "age"},
		},
		"off":          {argv: "-o|--no-oneshot"},
		"dash":         {argv: "-|A", operands: []string{"-", "A"}},
		"end":          {argv: "-o|--|-r|--|--ttl", operands: []string{"-r", "--", "--ttl"}, on: []string{"oneshot"}},
		"empty":        {argv: "|A", operands: []string{"", "A"}},
		"twice is one": {argv: "-o|-o", on: []string{"oneshot"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var argv []string
			if c.argv != "" {
				argv = strings.Split(c.argv, "|")
			}
			p, err := set().Parse(argv)
			require.NoError(t, err)
			require.Equal(t, c.operands, p.Operands)
			for _, o := range set() {
				text, has := c.text[o.Name()]
				require.Equal(t, has, p.Has(o.Name()), o.Name())
				require.Equal(t, text, p.Text(o.Name()), o.Name())
				require.Equal(t, strings.Contains(strings.Join(c.on, " "), o.Name()) && o.Value == "", p.On(o.Name()), o.Name())
			}
		})
	}
}

func TestSeveral(t *testing.T) {
	t.Parallel()
	p, err := set().Parse([]string{"--exclude", "a", "--exclude=b", "--no-oneshot"})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, p.Texts("exclude"))
	on, said := p.Switch("oneshot")
	require.True(t, said)
	require.False(t, on)
	var names []string
	p.Each(set(), func(o args.Option, _ bool, _ []string) { names = append(names, o.String()) })
	require.Equal(t, []string{"--oneshot", "--exclude"}, names)
}

func TestWrong(t *testing.T) {
	t.Parallel()
	for argv, want := range map[string]string{
		"--bogus":           "unknown option --bogus",
		"-x":                "unknown option -x",
		"-ox":               "unknown option -x",
		"--o=1":             "option --oneshot takes no value",
		"--secu|age":        "option --secu is not clear : --secure, --secure-options",
		"--ttl":             "option --ttl needs a value : TTL",
		"-t":                "option --ttl needs a value : TTL",
		"-t1|--ttl|2":       "option --ttl is given twice",
		"--secure=rot13":    `option --secure is one of age, pgp, not "rot13"`,
		"--no-removable":    "unknown option --no-removable",
		"-\xff":             "unknown option -?",
		"--no-one":          "unknown option --no-one",
		"--=x":              "unknown option --",
		"--oneshot=":        "option --oneshot takes no value",
		"--exclude|a|--exc": "option --exclude needs a value : PATTERN",
	} {
		_, err := set().Parse(strings.Split(argv, "|"))
		require.EqualError(t, err, want, argv)
		_, ok := errors.AsType[*args.Error](err)
		require.True(t, ok)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	require.Equal(t, `  -o, --oneshot                once
  -r, --removable              deletable
  -t, --ttl TTL                lifetime
  -p                           ask
      --secure METHOD          encrypt
      --secure-options OPTIONS
                               more
      --exclude PATTERN        leave out
`, set().Help())
}

func FuzzParse(f *testing.F) {
	f.Add("-o\n--ttl\n1h\nA")
	f.Add("--no-oneshot\n-t1\n--\n-x")
	f.Fuzz(func(t *testing.T, text string) {
		argv := strings.Split(text, "\n")
		p, err := set().Parse(argv)
		if err != nil {
			if _, ok := errors.AsType[*args.Error](err); !ok {
				t.Errorf("%v is no *Error", err)
			}
			return
		}
		if len(p.Operands) > len(argv) {
			t.Errorf("%q are more than %q", p.Operands, argv)
		}
	})
}
