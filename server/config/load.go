package config

import (
	"errors"
	"maps"
	"slices"
)

// Load reads the file at path (none if empty) over the defaults, then the variables of env
// ("NAME=value", as os.Environ has them), and resolves the result. An error joins every
// problem found, one sentence each; a file that is not TOML is the only one. The warnings
// are about what works but ought to be changed.
func Load(path string, env []string) (*Config, []Warning, error) {
	l := &loader{cfg: base(), keys: Keys(), where: map[string]string{}}
	if path != "" {
		if err := l.readFile(path); err != nil {
			return nil, nil, err
		}
	}
	l.readEnv(env)
	l.warnDeprecated()
	l.warnTables()
	warnings, err := l.cfg.Resolve()
	if err != nil {
		l.errs = append(l.errs, err)
	}
	warnings = append(l.warnings, warnings...)
	if len(l.errs) > 0 {
		return nil, warnings, errors.Join(l.errs...)
	}
	return l.cfg, warnings, nil
}

// loader collects what the file and the environment say.
type loader struct {
	cfg      *Config
	keys     []Key
	where    map[string]string // key, or table and key with a dot between: where it was set
	warnings []Warning
	errs     []error
}

func (l *loader) warn(where, text string) {
	l.warnings = append(l.warnings, Warning{Where: where, Text: text})
}

func (l *loader) fail(err error) { l.errs = append(l.errs, err) }

// warnTables warns of keys of the backend tables that the chosen backend does not know.
func (l *loader) warnTables() {
	l.warnTable("DataBackendConfig", l.cfg.DataBackendConfig, dataBackendKeys(l.cfg.DataBackend))
	l.warnTable("MetadataBackendConfig", l.cfg.MetadataBackendConfig, metadataBackendKeys())
}

func (l *loader) warnTable(name string, table map[string]any, known []string) {
	if known == nil {
		return
	}
	var top []string
	for _, k := range l.keys {
		top = append(top, k.Name)
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if slices.Contains(known, key) {
			continue
		}
		text := "unknown key " + key + " in " + name
		switch {
		case suggest(key, known) != "":
			text += didYouMean(key, known)
		case slices.Contains(top, key):
			text += ", move it above the first table: it is a key of its own"
		}
		l.warn(l.where[name+"."+key], text)
	}
}
