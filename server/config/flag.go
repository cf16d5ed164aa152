package config

// Flag says how far a feature is on.
type Flag string

// The values of a Flag. The server treats Enabled and Opted alike; the web app ticks the
// option beforehand for Opted.
const (
	Disabled Flag = "disabled" // not available
	Enabled  Flag = "enabled"  // available, off unless asked for
	Opted    Flag = "default"  // available, on in the web app unless turned off
	Forced   Flag = "forced"   // always on
)

// Enabled tells whether the feature can be used at all.
func (f Flag) Enabled() bool { return f != Disabled }

// Forced tells whether the feature cannot be left out.
func (f Flag) Forced() bool { return f == Forced }

func flagOf(on bool) Flag {
	if on {
		return Enabled
	}
	return Disabled
}
