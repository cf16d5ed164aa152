package config

import "fmt"

// deprecation tells what became of a key.
type deprecation struct {
	New   string // the key to use instead; empty: none is needed
	True  Flag   // value of New that means what true meant
	False Flag   // value of New that means what false meant; empty: leave it out
}

// deprecations returns the keys that still work but have been replaced.
func deprecations() map[string]deprecation {
	return map[string]deprecation{
		"Authentication":       {New: "FeatureAuthentication", True: Enabled, False: Disabled},
		"NoAnonymousUploads":   {New: "FeatureAuthentication", True: Forced},
		"OneShot":              {New: "FeatureOneShot", True: Enabled, False: Disabled},
		"Removable":            {New: "FeatureRemovable", True: Enabled, False: Disabled},
		"Stream":               {New: "FeatureStream", True: Enabled, False: Disabled},
		"ProtectedByPassword":  {New: "FeaturePassword", True: Enabled, False: Disabled},
		"GoogleAuthentication": {},
		"OvhAuthentication":    {},
	}
}

// warnDeprecated warns of the deprecated keys that were set. It runs before Resolve, while
// the fields still hold what was written.
func (l *loader) warnDeprecated() {
	old := deprecations()
	flags := map[string]Flag{}
	for _, k := range l.keys {
		if flag, ok := k.field(l.cfg).Interface().(Flag); ok {
			flags[k.Name] = flag
		}
	}
	for _, k := range l.keys {
		where, set := l.where[k.Name]
		if !set || !k.Deprecated {
			continue
		}
		l.warn(where, old[k.Name].text(k.Name, k.field(l.cfg).Bool(), flags[old[k.Name].New]))
	}
}

// text is the warning for the deprecated key name set to on, where its successor is flag.
func (d deprecation) text(name string, on bool, flag Flag) string {
	value := d.False
	if on {
		value = d.True
	}
	switch {
	case d.New == "":
		return name + " is deprecated and ignored, leave it out: it follows from the keys of the provider"
	case flag != "":
		return fmt.Sprintf("%s is deprecated and ignored, leave it out: %s is set", name, d.New)
	case value == "":
		return name + " is deprecated, leave it out"
	}
	return fmt.Sprintf("%s is deprecated, write %s = %q instead", name, d.New, value)
}
