package rc

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
)

// document is a file that is TOML.
type document struct {
	path string
	md   *toml.MetaData
	top  map[string]toml.Primitive
}

// maxFile bounds what is read as a file.
const maxFile = 1 << 20

func readDocument(path string) (*document, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFile {
		err = errors.New("it is too large")
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("unable to read plikrc %s : %w", path, err)
	}
	return parseDocument(path, text)
}

// parseDocument reads TOML; its error says file, line and what is wrong there.
func parseDocument(path string, text []byte) (*document, error) {
	d := &document{path: path}
	md, err := toml.Decode(string(text), &d.top)
	if err != nil {
		if e, ok := errors.AsType[toml.ParseError](err); ok && e.Position.Line > 0 && e.Message != "" {
			return nil, fmt.Errorf("%s:%d: it is not TOML : %s", path, e.Position.Line, unquoted(e.Message))
		}
		return nil, fmt.Errorf("%s: it is not TOML", path)
	}
	d.md = &md
	return d, nil
}

// unquoted returns a message up to where it quotes the file, which has secrets.
func unquoted(message string) string {
	if i := strings.IndexAny(message, "\"'`"); i >= 0 {
		return message[:i] + "…"
	}
	return message
}

// names returns the keys below a path, each once, as the file has them and in its order.
func (d *document) names(path ...string) []string {
	var names []string
	seen := map[string]bool{}
	for _, key := range d.md.Keys() {
		if len(key) <= len(path) {
			continue
		}
		under := true
		for i := range path {
			under = under && key[i] == path[i]
		}
		if name := key[len(path)]; under && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// layer returns what a table sets, the file itself or a profile of it, whose name with dots is
// prefix. Unknown keys are warned of, and a key that comes twice in different cases is an
// error.
func (d *document) layer(table map[string]toml.Primitive, prefix string, l *loader) []setting {
	var path []string
	if prefix != "" {
		path = strings.SplitN(strings.TrimSuffix(prefix, "."), ".", 2)
		path[0] = d.spelled(path[0])
	}
	r := &tableReader{d, l, prefix, map[string]string{}, nil}
	for _, name := range d.names(path...) {
		value, ok := table[name]
		switch {
		case !ok || prefix == "" && strings.EqualFold(name, profilesTable):
		case strings.EqualFold(name, "SecureOptions"), strings.EqualFold(name, "ArchiveOptions"):
			inner := map[string]toml.Primitive{}
			if !d.isTable(value, &inner) {
				l.fail(d.at(value), fmt.Errorf("%s : it is a table, write [%s%s] and its keys below", name, prefix, name))
				continue
			}
			for _, key := range d.names(append(path, name)...) {
				if v, ok := inner[key]; ok {
					r.take(name+"."+key, v)
				}
			}
		default:
			r.take(name, value)
		}
	}
	return r.out
}

// tableReader collects the settings of a layer.
type tableReader struct {
	*document
	l      *loader
	prefix string
	seen   map[string]string
	out    []setting
}

func (r *tableReader) take(name string, value toml.Primitive) {
	where := r.at(value)
	k, err := FindKey(name)
	if err != nil || r.prefix != "" && k.Name == profileKey {
		var names []string
		for _, k := range r.l.keys {
			names = append(names, k.Name)
		}
		r.l.warn(where, "unknown key %s%s%s", r.prefix, name, didYouMean(name, names))
		return
	}
	if before, twice := r.seen[k.Name]; twice {
		r.l.fail(where, fmt.Errorf("%s%s is set twice, here and at %s, keep one", r.prefix, k.Name, before))
		return
	}
	r.seen[k.Name] = where
	if k.Name == passphraseKey {
		r.l.warn(where, "%s is ignored, use --passphrase or %s", k.Name, k.Env)
		return
	}
	var v any
	if err := r.md.PrimitiveDecode(value, &v); err != nil {
		r.l.fail(where, fmt.Errorf("%s : it cannot be read", k.Name))
		return
	}
	r.out = append(r.out, setting{k, v, where})
}

// spelled returns a top-level name as the file has it.
func (d *document) spelled(name string) string {
	for have := range d.top {
		if strings.EqualFold(have, name) {
			return have
		}
	}
	return name
}

// profiles returns the tables of the profiles by their names.
func (d *document) profiles(l *loader) map[string]map[string]toml.Primitive {
	out := map[string]map[string]toml.Primitive{}
	value, ok := d.top[d.spelled(profilesTable)]
	if !ok {
		return out
	}
	var all map[string]toml.Primitive
	if !d.isTable(value, &all) {
		l.failOnce(d.at(value), fmt.Errorf("%s : it is a table, write [%s.NAME] and its keys below", profilesTable, profilesTable))
		return out
	}
	for name, value := range all {
		var table map[string]toml.Primitive
		if !d.isTable(value, &table) {
			l.failOnce(d.at(value), fmt.Errorf("%s.%s : it is a table, write [%s.%s] and its keys below", profilesTable, name, profilesTable, name))
			continue
		}
		out[name] = table
	}
	return out
}

func (l *loader) failOnce(where string, err error) {
	for _, e := range l.errs {
		if e.Error() == where+": "+err.Error() {
			return
		}
	}
	l.fail(where, err)
}

// isTable decodes a table, which the decoder does not insist on.
func (d *document) isTable(value toml.Primitive, into *map[string]toml.Primitive) bool {
	var v any
	if d.md.PrimitiveDecode(value, &v) != nil {
		return false
	}
	if _, ok := v.(map[string]any); !ok {
		return false
	}
	return d.md.PrimitiveDecode(value, into) == nil
}

// at returns file and line of a value. The decoder tells positions in its errors only, so it is
// asked to decode into something that fails.
func (d *document) at(value toml.Primitive) string {
	if line := d.line(value); line > 0 {
		return fmt.Sprintf("%s:%d", d.path, line)
	}
	return d.path
}

func (d *document) line(value toml.Primitive) int {
	err := d.md.PrimitiveDecode(value, new(locator))
	if e, ok := errors.AsType[toml.ParseError](err); ok {
		return e.Position.Line
	}
	return 0
}

type locator struct{}

func (locator) UnmarshalTOML(any) error { return errors.New("located") }
