package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// readEnv sets what the PLIKD_ variables say; a variable that is set to nothing counts.
func (l *loader) readEnv(env []string) {
	vars := map[string]string{}
	for _, entry := range env {
		name, value, ok := strings.Cut(entry, "=")
		if _, twice := vars[name]; ok && !twice && strings.HasPrefix(name, "PLIKD_") {
			vars[name] = value
		}
	}
	delete(vars, "PLIKD_CONFIG") // that one is for Find

	var names []string
	for _, k := range l.keys {
		names = append(names, k.Env)
		if err := l.readVar(k, vars); err != nil {
			l.fail(fmt.Errorf("unable to assign %s : %w", k.Name, err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if base, ok := strings.CutSuffix(name, "_FILE"); ok && slices.Contains(names, base) {
			l.warn(name, "is ignored, only secrets and tables can come from a file: set "+base)
			continue
		}
		// Others may use the prefix as well, as Kubernetes does: only near misses are told.
		if near := suggest(name[len("PLIKD_"):], trimPrefixes(names)); near != "" {
			l.warn(name, "unknown environment variable, did you mean PLIKD_"+near+"?")
		}
	}
}

func trimPrefixes(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.TrimPrefix(n, "PLIKD_")
	}
	return out
}

// readVar sets one key from its variable, or from the file its _FILE variable names, and
// takes them out of vars.
func (l *loader) readVar(k Key, vars map[string]string) error {
	value, set := vars[k.Env]
	delete(vars, k.Env)
	where := k.Env
	if path, named := vars[k.Env+"_FILE"]; named && k.FromFile {
		delete(vars, k.Env+"_FILE")
		if set {
			return fmt.Errorf("%s and %s_FILE are both set, keep one", k.Env, k.Env)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s_FILE : %w", k.Env, err)
		}
		value = strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
		set, where = true, k.Env+"_FILE"
	}
	if !set {
		return nil
	}
	field := k.field(l.cfg)
	if field.Kind() == reflect.Map {
		table, err := parseTable(value)
		if err != nil {
			return fmt.Errorf("invalid JSON object value in %s : %w", where, err)
		}
		l.mergeTable(k, where, table)
		return nil
	}
	l.where[k.Name] = where
	return assign(field, where, value)
}

// mergeTable sets the entries of table over those the file gave.
func (l *loader) mergeTable(k Key, where string, table map[string]any) {
	merged, _ := k.field(l.cfg).Interface().(map[string]any)
	merged = maps.Clone(merged)
	if merged == nil {
		merged = map[string]any{}
	}
	for name, value := range table {
		merged[name] = value
		l.where[k.Name+"."+name] = where
	}
	k.field(l.cfg).Set(reflect.ValueOf(merged))
}

// assign sets a field from the text of the variable name. Its errors hold no text of a
// Secret, for which it has none but "not UTF-8".
func assign(field reflect.Value, name, value string) error {
	if !utf8.ValidString(value) {
		return fmt.Errorf("the value of %s is not UTF-8", name)
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(value, 10, field.Type().Bits())
		if err != nil {
			return fmt.Errorf("invalid int value %q in %s, write a whole number", value, name)
		}
		field.SetInt(n)
	case reflect.Bool:
		switch strings.ToLower(value) {
		case "true", "false":
			field.SetBool(len(value) == len("true"))
		default:
			return fmt.Errorf("invalid boolean value %q in %s, write true or false", value, name)
		}
	case reflect.Slice:
		var list []string
		if err := json.Unmarshal([]byte(value), &list); err != nil {
			return fmt.Errorf(`invalid JSON array value %q in %s, write one such as ["a", "b"]`, value, name)
		}
		field.Set(reflect.ValueOf(list))
	default:
		return fmt.Errorf("a %s cannot come from the environment", field.Type())
	}
	return nil
}

// parseTable reads a JSON object. Whole numbers become int64, as in TOML, others float64.
// Its errors hold no part of the text, which may be secret.
func parseTable(text string) (map[string]any, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("it is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var table map[string]any
	if err := dec.Decode(&table); err != nil {
		return nil, errors.New(`it is not like {"Key": "value"}`)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after its end")
	}
	for key, value := range table {
		v, err := plain(value)
		if err != nil {
			return nil, fmt.Errorf("key %s %w", key, err)
		}
		table[key] = v
	}
	return table, nil
}

// plain turns a decoded JSON value into what TOML would have given.
func plain(value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, errors.New("is null, leave it out")
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		f, err := v.Float64()
		if err != nil {
			return nil, errors.New("is a number out of range")
		}
		return f, nil
	case []any:
		for i := range v {
			p, err := plain(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = p
		}
	case map[string]any:
		for k := range v {
			p, err := plain(v[k])
			if err != nil {
				return nil, err
			}
			v[k] = p
		}
	}
	return value, nil
}
