package config

// Warning is something in the configuration that works but ought to be changed.
type Warning struct {
	Where string // "plikd.cfg:12", the name of an environment variable, or empty
	Text  string // one sentence
}

func (w Warning) String() string {
	if w.Where == "" {
		return w.Text
	}
	return w.Where + ": " + w.Text
}
