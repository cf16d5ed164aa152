package report

// Result is one line of the report.
type Result struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Plikd Summary `json:"plikd"`
	// Yardstick says what Base was measured on; empty: nothing to compare with.
	Yardstick string  `json:"yardstick,omitempty"`
	Base      Summary `json:"base,omitzero"`
	Goal      Goal    `json:"goal,omitzero"`
	// Disturbed is how many measurements, of both sides, had to share the processors with
	// something else: the figures are too low then.
	Disturbed int `json:"disturbed,omitempty"`
}

// Goal is the figure to reach: by the ratio if there is a yardstick, by the median
// of plikd otherwise. The zero Goal asks for nothing.
type Goal struct {
	Value  float64 `json:"value"`
	AtMost bool    `json:"atMost,omitempty"` // a ceiling; else a floor
}

// AtLeast is a floor.
func AtLeast(v float64) Goal { return Goal{Value: v} }

// AtMost is a ceiling.
func AtMost(v float64) Goal { return Goal{Value: v, AtMost: true} }

// Ratio is plikd's median divided by the yardstick's; 0 without one.
func (r Result) Ratio() float64 {
	if r.Base.Median == 0 {
		return 0
	}
	return r.Plikd.Median / r.Base.Median
}

// Verdict tells whether the goal is reached: "ok", "below floor", "above ceiling",
// or empty when there is no goal.
func (r Result) Verdict() string {
	got := r.Plikd.Median
	if r.Yardstick != "" {
		got = r.Ratio()
	}
	switch {
	case r.Goal == (Goal{}):
		return ""
	case r.Goal.AtMost && got > r.Goal.Value:
		return "above ceiling"
	case !r.Goal.AtMost && got < r.Goal.Value:
		return "below floor"
	}
	return "ok"
}
