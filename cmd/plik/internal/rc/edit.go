package rc

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// edit returns text with a key set to value, or without it if that is nil. It changes one line
// if it can. Whether that was right is seen by reading the result; if not, as with values of
// several lines, the file is written anew, and only then comments are lost.
func edit(path string, text []byte, profile string, k Key, value any) ([]byte, error) {
	d, err := parseDocument(path, text)
	if err != nil {
		return nil, err
	}
	want, err := decodeMap(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	at := tablePath(profile, k)
	at = spelledPath(want, at)
	if !setPath(want, at, value) {
		return nil, fmt.Errorf("%s: %s is in the way, it is no table", path, strings.Join(at[:len(at)-1], "."))
	}
	for _, try := range []func() []byte{
		func() []byte { return editLine(d, text, at, value) },
		func() []byte { return insertLine(text, at, value) },
	} {
		out := try()
		if got, err := decodeMap(out); err == nil && reflect.DeepEqual(got, want) {
			return out, nil
		}
	}
	var out bytes.Buffer
	if err := toml.NewEncoder(&out).Encode(want); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := decodeMap(out.Bytes()); err != nil {
		return nil, fmt.Errorf("%s: it cannot be changed, edit it by hand", path)
	}
	return out.Bytes(), nil
}

// decodeMap decodes all of a file. Tables that are there hold at least nothing.
func decodeMap(text []byte) (map[string]any, error) {
	all := map[string]any{}
	_, err := toml.Decode(string(text), &all)
	return all, err
}

// tablePath returns where a key is in the file.
func tablePath(profile string, k Key) []string {
	path := strings.Split(k.Name, ".")
	if profile != "" {
		path = append([]string{profilesTable, profile}, path...)
	}
	return path
}

// spelledPath returns path as the file has it: the names of profiles count as they are, others
// in any case.
func spelledPath(all map[string]any, path []string) []string {
	out := slices.Clone(path)
	for i, name := range path {
		if _, ok := all[name]; !ok && (i != 1 || path[0] != profilesTable) {
			for have := range all {
				if strings.EqualFold(have, name) {
					out[i] = have
				}
			}
		}
		all, _ = all[out[i]].(map[string]any)
	}
	return out
}

// setPath sets or deletes a value in nested tables, which it makes. It returns false if
// something else is where a table must be.
func setPath(all map[string]any, path []string, value any) bool {
	for _, name := range path[:len(path)-1] {
		inner, ok := all[name].(map[string]any)
		if !ok {
			if _, taken := all[name]; taken {
				return false
			}
			if value == nil {
				return true
			}
			inner = map[string]any{}
			all[name] = inner
		}
		all = inner
	}
	if value == nil {
		delete(all, path[len(path)-1])
	} else {
		all[path[len(path)-1]] = value
	}
	return true
}

// editLine changes or takes out the line that a value is on. It returns text as it is when
// there is none.
func editLine(d *document, text []byte, path []string, value any) []byte {
	table := d.top
	for _, name := range path[:len(path)-1] {
		var inner map[string]toml.Primitive
		if v, ok := table[name]; !ok || !d.isTable(v, &inner) {
			return text
		}
		table = inner
	}
	v, ok := table[path[len(path)-1]]
	if !ok {
		return text
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	n := d.line(v)
	if n < 1 || n > len(lines) {
		return text
	}
	if value == nil {
		return bytes.Join(slices.Delete(lines, n-1, n), nil)
	}
	key, _, ok := bytes.Cut(lines[n-1], []byte("="))
	if !ok {
		return text
	}
	end := lines[n-1][len(bytes.TrimRight(lines[n-1], "\r\n")):]
	line := string(bytes.TrimRight(key, " \t")) + " = " + encodeValue(value) + string(end)
	lines[n-1] = []byte(line)
	return bytes.Join(lines, nil)
}

// insertLine puts a new line where its table begins, or at the end with its table. Keys of the
// file itself come before the first table.
func insertLine(text []byte, path []string, value any) []byte {
	if value == nil {
		return text
	}
	name := path[len(path)-1]
	line := []byte(name + " = " + encodeValue(value) + "\n")
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(slices.Clone(text), '\n')
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	at := len(lines)
	if len(path) == 1 {
		for i, l := range lines {
			if bytes.HasPrefix(bytes.TrimSpace(l), []byte("[")) {
				if at = i; i > 0 && len(bytes.TrimSpace(lines[i-1])) == 0 {
					at = i - 1
				}
				break
			}
		}
		return bytes.Join(slices.Insert(lines, at, line), nil)
	}
	line = append([]byte("  "), line...)
	header := headerOf(path[:len(path)-1])
	for i, l := range lines {
		if bytes.Equal(spaces().ReplaceAll(bytes.TrimSpace(l), nil), []byte(header)) {
			return bytes.Join(slices.Insert(lines, i+1, line), nil)
		}
	}
	return append(bytes.Join(lines, nil), []byte("\n"+header+"\n"+string(line))...)
}

func spaces() *regexp.Regexp { return regexp.MustCompile(`[ \t]+`) }

// headerOf returns the line that begins a table.
func headerOf(path []string) string {
	parts := make([]string, len(path))
	for i, name := range path {
		parts[i] = name
		if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(name) {
			parts[i] = encodeValue(name)
		}
	}
	return "[" + strings.Join(parts, ".") + "]"
}
