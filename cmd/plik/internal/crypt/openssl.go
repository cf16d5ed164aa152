package crypt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// opensslSealer encrypts as "openssl enc" does, or has it done.
type opensslSealer struct {
	recipe     recipe
	passphrase string
	program    string // "" to do it here
}

// recipe is what "openssl enc" is told.
type recipe struct {
	cipher string
	args   []string

	native  bool // whether all of it is built in, and the rest is set
	keySize int
	stream  bool // counter mode, no padding
	md      string
	pbkdf2  bool
	iter    int
	base64  bool
	oneLine bool
}

func newOpenSSL(o Options) (*opensslSealer, error) {
	if err := checkPassphrase(o.Passphrase); err != nil {
		return nil, err
	}
	r, err := parseRecipe(o.Cipher, o.Args)
	if err != nil {
		return nil, err
	}
	s := &opensslSealer{recipe: r, passphrase: o.Passphrase}
	s.program, err = opensslProgram(r, o.Program)
	return s, err
}

func cipherName() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`) }

// parseRecipe reads a cipher and options. What it does not know makes the recipe one for the
// program; what "openssl enc" is sure to refuse is left to it as well.
func parseRecipe(cipher, args string) (recipe, error) {
	if cipher == "" {
		cipher = DefaultCipher
	}
	// "openssl no-x" tells whether there is no x, and encrypts nothing.
	if !cipherName().MatchString(cipher) || strings.HasPrefix(strings.ToLower(cipher), "no-") {
		return recipe{}, fmt.Errorf("invalid cipher %q", cipher)
	}
	r := recipe{cipher: cipher, args: strings.Fields(args), md: "sha256"}
	name := strings.ToLower(cipher)
	for size := 128; size <= 256; size += 64 {
		switch name {
		case fmt.Sprintf("aes-%d-cbc", size), fmt.Sprintf("aes%d", size):
			r.keySize = size / 8
		case fmt.Sprintf("aes-%d-ctr", size):
			r.keySize, r.stream = size/8, true
		}
	}
	r.native = r.keySize > 0 && r.options()
	return r, nil
}

// options sets what the options say, and tells whether it knows them all.
func (r *recipe) options() bool {
	for i := 0; i < len(r.args); i++ {
		option := strings.TrimPrefix(r.args[i], "-")
		switch option {
		case "e", "salt":
		case "a", "base64":
			r.base64 = true
		case "A":
			r.oneLine = true
		case "pbkdf2":
			r.pbkdf2 = true
		case "md", "iter":
			if i++; i == len(r.args) {
				return false
			}
			if option == "md" {
				r.md = strings.ToLower(r.args[i])
				continue
			}
			n, err := strconv.ParseInt(r.args[i], 10, 32)
			if err != nil || n < 1 {
				return false
			}
			r.iter, r.pbkdf2 = int(n), true
		default:
			return false
		}
		if !strings.HasPrefix(r.args[i], "-") && option != "md" && option != "iter" {
			return false
		}
	}
	if r.iter == 0 {
		r.iter = 10000 // of openssl, when it is not told
	}
	_, known := digest(r.md)
	return known
}

// opensslProgram returns the program that must be run, "" for none.
func opensslProgram(r recipe, program string) (string, error) {
	chosen := !slices.Contains([]string{"", DefaultOpenSSL}, program)
	if r.native && !chosen {
		return "", nil
	}
	if !chosen {
		program = DefaultOpenSSL
	}
	path, err := lookOpenSSL(program, chosen)
	if err != nil {
		if chosen {
			return "", fmt.Errorf("openssl binary not found : %w", err)
		}
		return "", fmt.Errorf("openssl binary not found, and cipher %s with options %q takes one : %w", r.cipher, strings.Join(r.args, " "), err)
	}
	return path, nil
}

func (s *opensslSealer) Seal(ctx context.Context, w io.Writer) (io.WriteCloser, error) {
	if s.program != "" {
		return startOpenSSL(ctx, s.program, s.recipe, s.passphrase, w)
	}
	out, err := sealNative(s.recipe, s.passphrase, w)
	if err != nil {
		return nil, err
	}
	return &guarded{ctx, out}, nil
}

func (s *opensslSealer) Command() string {
	words := []string{"openssl", s.recipe.cipher, "-d", "-pass", quote("pass:" + s.passphrase)}
	for _, a := range s.recipe.args {
		if a != "-e" { // the last of -e and -d counts
			words = append(words, quote(a))
		}
	}
	return strings.Join(words, " ")
}

// ErrPassphrase is the error of opening with the wrong passphrase or key. For openssl it also
// stands for a damaged file, which looks the same.
var ErrPassphrase = errors.New("the passphrase is wrong or the file is damaged")
