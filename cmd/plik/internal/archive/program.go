package archive

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// program is an archive that another program makes.
type program struct {
	base
	kind Kind
	path string
	args []string
}

// newProgram finds the archiver: where the options say, else in $PATH.
func newProgram(kind Kind, o Options, c codec, b base, paths, args []string) (*program, error) {
	p := &program{base: b, kind: kind}
	chosen := o.Program
	if chosen == "" {
		chosen = map[Kind]string{Tar: DefaultTar, Zip: DefaultZip}[kind]
	}
	var err error
	if p.path, err = exec.LookPath(chosen); err != nil {
		if p.path, err = exec.LookPath(string(kind)); err != nil {
			return nil, fmt.Errorf("%s binary not found in $PATH, please install or edit ~/.plikrc : %w", kind, err)
		}
	}
	if kind == Tar {
		p.args = []string{"--create"}
		if c.flag != "" {
			p.args = append(p.args, c.flag)
		}
		for _, pattern := range o.Exclude {
			p.args = append(p.args, "--exclude="+strings.TrimSuffix(pattern, "/"))
		}
		p.args = append(append(append(p.args, args...), "--"), paths...)
		return p, nil
	}
	p.args = append(p.args, args...)
	if len(o.Exclude) > 0 {
		p.args = append(p.args, "-x")
		for _, pattern := range o.Exclude {
			p.args = append(p.args, zipPatterns(pattern)...)
		}
	}
	p.args = append(append(p.args, "-r", "-", "--"), paths...)
	return p, nil
}

// zipPatterns says to zip what a pattern means here. One that looks like an option is put so
// that it does not.
func zipPatterns(pattern string) []string {
	p := strings.TrimSuffix(pattern, "/")
	if strings.HasPrefix(p, "-") || strings.HasPrefix(p, "@") {
		p = "[" + p[:1] + "]" + p[1:]
	}
	return []string{p, p + "/*", "*/" + p, "*/" + p + "/*"}
}

// WriteTo runs the program. No shell is involved.
func (p *program) WriteTo(ctx context.Context, w io.Writer) error {
	out := &target{w: w}
	said := &tail{}
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Stdout, cmd.Stderr = out, said
	cmd.WaitDelay = 5 * time.Second // for what it started itself and left with the pipe
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("unable to run %s cmd : %w", p.kind, context.Cause(ctx))
	case out.err != nil:
		return fmt.Errorf("unable to write the archive : %w", out.err)
	case err != nil:
		return fmt.Errorf("unable to run %s cmd : %w%s", p.kind, err, said)
	}
	return nil
}

// target keeps the error of its writer.
type target struct {
	w   io.Writer
	err error
}

func (t *target) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	if err != nil {
		t.err = err
	}
	return n, err
}

// tail keeps the end of what a program said.
type tail struct{ text []byte }

const maxTail = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if extra := len(t.text) - maxTail; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	text := bytes.TrimSpace(t.text)
	if len(text) == 0 {
		return ""
	}
	return "\n" + string(text)
}
