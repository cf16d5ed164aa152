package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/BurntSushi/toml"
)

// readFile sets what the TOML file at path says. Problems of single keys are collected;
// the error returned is that of a file that cannot be read or is not TOML.
func (l *loader) readFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("unable to load config file %s : %w", path, err)
	}
	var top map[string]toml.Primitive
	md, err := toml.Decode(string(text), &top)
	if err != nil {
		return fmt.Errorf("unable to load config file %s : %w", path, err)
	}
	f := &file{loader: l, path: path, md: &md}
	seen := map[string]bool{}
	for _, key := range md.Keys() { // in the order of the file
		if name := key[0]; !seen[name] {
			seen[name] = true
			f.set(key, top[name])
		}
	}
	return nil
}

type file struct {
	*loader
	path string
	md   *toml.MetaData
}

// set stores the value of one top-level key, whose name counts in any case. path is where
// the key turns up first: itself, or [Key.Table] further down.
func (f *file) set(path toml.Key, value toml.Primitive) {
	name, at := path[0], f.at(value, path[1:]...)
	var names []string
	for _, k := range f.keys {
		if !strings.EqualFold(k.Name, name) {
			names = append(names, k.Name)
			continue
		}
		if before, twice := f.where[k.Name]; twice {
			f.fail(fmt.Errorf("unable to load config file %s : toml: %s is set twice, at %s and %s, keep one", f.path, k.Name, before, at))
			return
		}
		f.where[k.Name] = at
		if err := f.decode(k, value); err != nil {
			f.fail(fmt.Errorf("unable to load config file %s : %w", f.path, err))
		}
		return
	}
	f.warn(at, "unknown key "+name+didYouMean(name, names))
}

func (f *file) decode(k Key, value toml.Primitive) error {
	field := k.field(f.cfg)
	if field.Kind() == reflect.Map {
		var v any // the decoder ignores what is no table when it wants one
		if err := f.md.PrimitiveDecode(value, &v); err != nil {
			return err
		}
		if _, ok := v.(map[string]any); !ok {
			return fmt.Errorf("toml: %s : %s is a table, write [%s] and its keys below", f.where[k.Name], k.Name, k.Name)
		}
		f.locateTable(k.Name, value)
	}
	return f.md.PrimitiveDecode(value, field.Addr().Interface())
}

// locateTable notes where the keys of a table are.
func (f *file) locateTable(name string, table toml.Primitive) {
	var keys map[string]toml.Primitive
	if f.md.PrimitiveDecode(table, &keys) != nil {
		return
	}
	for key, value := range keys {
		f.where[name+"."+key] = f.at(value)
	}
}

// at returns file and line of a value, or of the key under it that path leads to. The decoder
// tells positions in its errors only, so it is asked to decode into something that fails.
func (f *file) at(value toml.Primitive, path ...string) string {
	for _, key := range path {
		var table map[string]toml.Primitive
		if f.md.PrimitiveDecode(value, &table) != nil {
			break
		}
		value = table[key]
	}
	err := f.md.PrimitiveDecode(value, new(locator))
	if e, ok := errors.AsType[toml.ParseError](err); ok && e.Position.Line > 0 {
		return fmt.Sprintf("%s:%d", f.path, e.Position.Line)
	}
	return f.path
}

type locator struct{}

func (locator) UnmarshalTOML(any) error { return errors.New("located") }
