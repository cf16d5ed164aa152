package crypt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// lookOpenSSL finds the program. One that was chosen has to be where it is said to be; without
// a choice $PATH is searched as well.
func lookOpenSSL(program string, chosen bool) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil && !chosen {
		path, err = exec.LookPath("openssl")
	}
	if err != nil {
		return "", err
	}
	return path, nil
}

// passVariable hands the passphrase over where processes inherit no pipes.
const passVariable = "PLIK_OPENSSL_PASSPHRASE"

// openssl prepares "openssl CIPHER …". No shell is involved, and the passphrase is not among the
// arguments, which others can see. started must be called once it has started, or not.
func openssl(ctx context.Context, program string, r recipe, mode, passphrase string) (cmd *exec.Cmd, said *tail, started func(), err error) {
	args := []string{r.cipher}
	if mode != "" {
		args = append(args, mode)
	}
	said = &tail{}
	if runtime.GOOS == "windows" {
		cmd = exec.CommandContext(ctx, program, append(append(args, "-pass", "env:"+passVariable), r.args...)...)
		cmd.Env = append(os.Environ(), passVariable+"="+passphrase)
		started = func() {}
	} else {
		read, write, err := os.Pipe()
		if err != nil {
			return nil, nil, nil, fmt.Errorf("unable to run openssl cmd : %w", err)
		}
		_, err = io.WriteString(write, passphrase) // fits the pipe
		if err := errors.Join(err, write.Close()); err != nil {
			return nil, nil, nil, fmt.Errorf("unable to run openssl cmd : %w", errors.Join(err, read.Close()))
		}
		cmd = exec.CommandContext(ctx, program, append(append(args, "-pass", "fd:3"), r.args...)...)
		cmd.ExtraFiles = []*os.File{read}
		started = func() { _ = read.Close() }
	}
	cmd.Stderr = said
	cmd.WaitDelay = 5 * time.Second
	return cmd, said, started, nil
}

// sealing is an openssl that encrypts what is written to it.
type sealing struct {
	io.WriteCloser

	ctx  context.Context
	cmd  *exec.Cmd
	said *tail
	out  *target
	end  func() error // waits for the end of the program, once
}

func startOpenSSL(ctx context.Context, program string, r recipe, passphrase string, w io.Writer) (*sealing, error) {
	cmd, said, started, err := openssl(ctx, program, r, "", passphrase)
	if err != nil {
		return nil, err
	}
	defer started()
	s := &sealing{ctx: ctx, cmd: cmd, said: said, out: &target{w: w}}
	cmd.Stdout = s.out
	if s.WriteCloser, err = cmd.StdinPipe(); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("unable to run openssl cmd : %w", err)
	}
	s.end = sync.OnceValue(s.finish)
	return s, nil
}

// Write tells why the program has ended, when it has.
func (s *sealing) Write(p []byte) (int, error) {
	n, err := s.WriteCloser.Write(p)
	if err != nil {
		if why := s.Close(); why != nil {
			err = why
		}
	}
	return n, err
}

// Close waits for the end of the program.
func (s *sealing) Close() error { return s.end() }

func (s *sealing) finish() error {
	closed := s.WriteCloser.Close()
	err := s.cmd.Wait()
	switch {
	case s.ctx.Err() != nil:
		return fmt.Errorf("unable to run openssl cmd : %w", context.Cause(s.ctx))
	case s.out.err != nil:
		return s.out.err
	case err != nil:
		return fmt.Errorf("unable to run openssl cmd : %w%s", err, s.said)
	case closed != nil:
		return fmt.Errorf("unable to run openssl cmd : %w", closed)
	}
	return nil
}

// opening is an openssl that decrypts.
type opening struct {
	out  io.ReadCloser
	cmd  *exec.Cmd
	said *tail
	done bool
	err  error
}

func openOpenSSL(ctx context.Context, program string, r recipe, passphrase string, from io.Reader) (*opening, error) {
	cmd, said, started, err := openssl(ctx, program, r, "-d", passphrase)
	if err != nil {
		return nil, err
	}
	defer started()
	cmd.Stdin = from
	o := &opening{cmd: cmd, said: said}
	if o.out, err = cmd.StdoutPipe(); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("unable to run openssl cmd : %w", err)
	}
	return o, nil
}

func (o *opening) Read(p []byte) (int, error) {
	if o.done {
		return 0, o.err
	}
	n, err := o.out.Read(p)
	if err != nil {
		o.finish()
		return n, o.err
	}
	return n, nil
}

func (o *opening) finish() {
	o.done, o.err = true, io.EOF
	if err := o.cmd.Wait(); err != nil {
		o.err = fmt.Errorf("unable to run openssl cmd : %w%s", err, o.said)
		if strings.Contains(o.said.String(), "bad decrypt") {
			o.err = fmt.Errorf("%w : %w", ErrPassphrase, o.err)
		}
	}
}

// Close ends the program if it has not ended yet.
func (o *opening) Close() error {
	if o.done {
		return nil
	}
	_ = o.out.Close() // it is killed by its next write
	_ = o.cmd.Process.Kill()
	o.finish()
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
