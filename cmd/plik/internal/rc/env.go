package rc

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// environment returns the layer of the variables.
func (l *loader) environment(env []string) []setting {
	vars := map[string]string{}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		if _, twice := vars[name]; !twice && strings.HasPrefix(name, "PLIK_") && value != "" {
			vars[name] = value
		}
	}
	var layer []setting
	var names []string
	for _, k := range l.keys {
		names = append(names, k.Env)
		text, where, err := takeVar(k, vars)
		if err == nil && where != "" {
			var v any
			if v, err = k.parse(text); err == nil {
				layer = append(layer, setting{k, v, where})
			}
		}
		if err != nil {
			if where == "" {
				where = k.Env
			}
			l.fail(where, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) { // others may use the prefix as well
		if near := didYouMean(name, names); near != "" {
			l.warn(name, "unknown environment variable%s", near)
		}
	}
	return layer
}

// takeVar returns the text for a key, from its variable or the file that another one names, and
// which of them; none is "".
func takeVar(k Key, vars map[string]string) (text, where string, err error) {
	text, set := vars[k.Env]
	delete(vars, k.Env)
	file := k.Env + "_FILE"
	path, named := vars[file]
	if !k.Secret || !named {
		if set {
			where = k.Env
		}
		return text, where, nil
	}
	delete(vars, file)
	if set {
		return "", k.Env, fmt.Errorf("%s is set as well, keep one", file)
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFile {
		err = errors.New("it is too large")
	}
	var content []byte
	if err == nil {
		content, err = os.ReadFile(path)
	}
	if err != nil {
		return "", file, fmt.Errorf("unable to read the file : %w", err)
	}
	return strings.TrimRight(string(content), "\r\n"), file, nil
}
