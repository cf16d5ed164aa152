package rc

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
)

// LoadOptions say what Load reads.
type LoadOptions struct {
	Path    string   // the file, "" for none
	Env     []string // as os.Environ has it
	Profile string   // "": what $PLIK_PROFILE or the file says
}

// Loaded is a configuration and where it comes from.
type Loaded struct {
	Config   *Config
	Path     string
	Profile  string // in use, "" for none
	Profiles []string
	Warnings []Warning
	// Where tells for each key that was set where: a file and line, or a variable.
	Where map[string]string
}

// Warning is something that works but ought to be changed.
type Warning struct {
	Where string // "/home/me/.plikrc:12", the name of a variable, or empty
	Text  string // one sentence
}

func (w Warning) String() string {
	if w.Where == "" {
		return w.Text
	}
	return w.Where + ": " + w.Text
}

// Load returns the defaults with what the file says over them, over that its profile, and over
// that the environment; a profile that is named in the options counts more than the environment. An
// error joins all problems, each with file and line or variable, and shows no values of
// secrets.
//
// A variable that is empty is as good as not set. SecureOptions.Passphrase is read from the environment
// only: in the file it never had an effect.
func Load(o LoadOptions) (*Loaded, error) {
	l := &loader{out: &Loaded{Config: Default(), Path: o.Path, Where: map[string]string{}}, keys: Keys()}
	var file *document
	if o.Path != "" {
		var err error
		if file, err = readDocument(o.Path); err != nil {
			return nil, err
		}
		l.apply(file.layer(file.top, "", l))
		l.warnPermissions()
		l.out.Profiles = slices.Sorted(maps.Keys(file.profiles(l)))
	}
	env := l.environment(o.Env)
	name := o.Profile
	if name == "" {
		name = l.out.Config.Profile
		for _, v := range env {
			if v.key.Name == profileKey {
				name, _ = v.value.(string)
			}
		}
	}
	profile := l.profile(file, name)
	if o.Profile == "" {
		l.apply(profile)
		l.apply(env)
	} else {
		l.apply(env)
		l.freeToken = has(env, tokenKey) && !has(env, urlKey)
		l.apply(profile)
	}
	l.out.Config.Profile, l.out.Profile = name, name
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	return l.out, nil
}

type loader struct {
	out       *Loaded
	keys      []Key
	errs      []error
	freeToken bool // the token comes from a variable that goes with any server
}

// setting is a value for a key.
type setting struct {
	key   Key
	value any // of TOML
	where string
}

func (l *loader) warn(where, format string, args ...any) {
	l.out.Warnings = append(l.out.Warnings, Warning{Where: where, Text: fmt.Sprintf(format, args...)})
}

func (l *loader) fail(where string, err error) {
	l.errs = append(l.errs, fmt.Errorf("%s: %w", where, err))
}

// apply sets a layer over those before. Another server gets neither the token of the one
// before nor its permission to be insecure.
func (l *loader) apply(layer []setting) {
	c := l.out.Config
	before, token := c.URL, c.Token
	for _, s := range layer {
		if err := s.key.assign(c, s.value); err != nil {
			l.fail(s.where, fmt.Errorf("%s : %w", s.key.Name, err))
			continue
		}
		l.out.Where[s.key.Name] = s.where
	}
	if c.URL == before {
		return
	}
	if token != "" && !has(layer, tokenKey) && !l.freeToken {
		c.Token = ""
		delete(l.out.Where, tokenKey)
		l.warn(l.out.Where[urlKey], "the token for %s is not sent to %s", redact(before), redact(c.URL))
	}
	if !has(layer, insecureKey) {
		c.Insecure = false
		delete(l.out.Where, insecureKey)
	}
}

func has(layer []setting, name string) bool {
	return slices.ContainsFunc(layer, func(s setting) bool { return s.key.Name == name })
}

// profile returns the layer of a profile, none for no name.
func (l *loader) profile(file *document, name string) []setting {
	if name == "" {
		return nil
	}
	if file == nil {
		l.errs = append(l.errs, fmt.Errorf("there is no profile %q, for there is no plikrc", name))
		return nil
	}
	profiles := file.profiles(l)
	table, ok := profiles[name]
	if !ok {
		l.fail(file.path, fmt.Errorf("there is no profile %q%s", name, didYouMean(name, l.out.Profiles)))
		return nil
	}
	return file.layer(table, profilesTable+"."+name+".", l)
}

// warnPermissions warns of a file with secrets that others can read. One of all users is meant
// for them.
func (l *loader) warnPermissions() {
	c := l.out.Config
	if runtime.GOOS == "windows" || strings.HasPrefix(l.out.Path, "/etc/") || c.Token == "" && c.Password == "" {
		return
	}
	if info, err := os.Stat(l.out.Path); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		l.warn(l.out.Path, "it holds secrets and others may read it, run chmod 600 on it")
	}
}
