package cli

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/rc"
)

func completionCommand() command {
	return command{
		name: "completion", usage: "bash|zsh|fish|powershell", short: "Print a completion script for a shell",
		long: `bash:       source <(plik completion bash)
zsh:        source <(plik completion zsh)
fish:       plik completion fish > ~/.config/fish/completions/plik.fish
powershell: plik completion powershell | Out-String | Invoke-Expression`,
		options: args.Set{optHelp()}, run: (*app).completion,
	}
}

func (a *app) completion(_ context.Context, p *args.Parsed) error {
	shells := map[string]func() string{"bash": bashScript, "zsh": zshScript, "fish": fishScript, "powershell": powershellScript}
	if len(p.Operands) != 1 || shells[p.Operands[0]] == nil {
		return usage("Usage:\n  plik completion bash|zsh|fish|powershell")
	}
	_, err := a.out.Write([]byte(shells[p.Operands[0]]()))
	return err
}

// words returns the options of a set as they are typed.
func words(s args.Set) string {
	var out []string
	for _, o := range s {
		if o.Short != "" {
			out = append(out, "-"+o.Short)
		}
		if o.Long != "" {
			out = append(out, "--"+o.Long)
		}
		if o.Negatable {
			out = append(out, "--no-"+o.Long)
		}
	}
	return strings.Join(out, " ")
}

func commandNames() string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return strings.Join(names, " ")
}

// operandWords returns what may follow commands that take words.
func operandWords() map[string]string {
	var keys []string
	for _, k := range rc.Keys() {
		keys = append(keys, k.Name)
	}
	sort.Strings(keys)
	return map[string]string{
		"completion": "bash zsh fish powershell",
		"config":     "show path get set unset " + strings.Join(keys, " "),
	}
}

// choices returns the values of options that have few, by what is typed for them.
func choices() map[string]string {
	out := map[string]string{"--compress": "gzip zstd bzip2 xz lzma lzip lzop compress no"}
	for _, o := range uploadOptions() {
		if len(o.Choices) > 0 {
			out["--"+o.Long] = strings.Join(o.Choices, " ")
		}
	}
	return out
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func bashScript() string {
	var b strings.Builder
	b.WriteString(`# completion of plik for bash
_plik() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev= command= words=
	[ "$COMP_CWORD" -gt 0 ] && prev=${COMP_WORDS[COMP_CWORD-1]}
	[ "$COMP_CWORD" -gt 1 ] && command=${COMP_WORDS[1]}
	COMPREPLY=()
	case $prev in
`)
	c := choices()
	for _, name := range sortedKeys(c) {
		fmt.Fprintf(&b, "	%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", name, c[name])
	}
	b.WriteString("	esac\n	case $command in\n")
	w := operandWords()
	for _, c := range commands() {
		fmt.Fprintf(&b, "	%s) words='%s' ;;\n", c.name, strings.TrimSpace(words(c.options)+" "+w[c.name]))
	}
	fmt.Fprintf(&b, "	*) words='%s' ;;\n	esac\n", words(uploadOptions()))
	fmt.Fprintf(&b, "	[ \"$COMP_CWORD\" -eq 1 ] && words=\"$words %s\"\n", commandNames())
	b.WriteString(`	case $cur in
	-*) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
	*)
		[ "$COMP_CWORD" -eq 1 ] || [ "$command" = config ] || [ "$command" = completion ] &&
			COMPREPLY=($(compgen -W "$words" -- "$cur"))
		;;
	esac
}
complete -o default -o bashdefault -F _plik plik
`)
	return b.String()
}

func zshScript() string {
	return "#compdef plik\nautoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" + bashScript()
}

func fishScript() string {
	var b strings.Builder
	b.WriteString("# completion of plik for fish\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "complete -c plik -n __fish_use_subcommand -a %s -d %s\n", c.name, quote(c.short))
	}
	fishOptions(&b, "__fish_use_subcommand", uploadOptions())
	w := operandWords()
	for _, c := range commands() {
		when := "__fish_seen_subcommand_from " + c.name
		if w[c.name] != "" {
			fmt.Fprintf(&b, "complete -c plik -n %s -f -a %s\n", quote(when), quote(w[c.name]))
		}
		fishOptions(&b, when, c.options)
	}
	return b.String()
}

func fishOptions(b *strings.Builder, when string, s args.Set) {
	for _, o := range s {
		fmt.Fprintf(b, "complete -c plik -n %s", quote(when))
		if o.Short != "" {
			b.WriteString(" -s " + o.Short)
		}
		if o.Long != "" {
			b.WriteString(" -l " + o.Long)
		}
		switch {
		case len(o.Choices) > 0:
			b.WriteString(" -x -a " + quote(strings.Join(o.Choices, " ")))
		case o.Files:
			b.WriteString(" -r")
		case o.Value != "":
			b.WriteString(" -x")
		}
		b.WriteString(" -d " + quote(o.Help) + "\n")
		if o.Negatable {
			fmt.Fprintf(b, "complete -c plik -n %s -l no-%s\n", quote(when), o.Long)
		}
	}
}

func powershellScript() string {
	var b strings.Builder
	b.WriteString(`# completion of plik for PowerShell
Register-ArgumentCompleter -Native -CommandName plik -ScriptBlock {
  param($word, $ast, $position)
  $elements = @($ast.CommandElements | ForEach-Object { $_.ToString() })
  $command = if ($elements.Count -gt 1) { $elements[1] } else { '' }
  $words = switch ($command) {
`)
	w := operandWords()
	for _, c := range commands() {
		fmt.Fprintf(&b, "    '%s' { '%s' }\n", c.name, strings.TrimSpace(words(c.options)+" "+w[c.name]))
	}
	fmt.Fprintf(&b, "    default { '%s %s' }\n  }\n", words(uploadOptions()), commandNames())
	b.WriteString(`  $words -split ' ' | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`)
	return b.String()
}
