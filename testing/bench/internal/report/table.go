package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteTable prints the results as a Markdown table with aligned columns, so that it
// reads as well on a terminal as in a document.
func WriteTable(w io.Writer, results []Result) error {
	lines := [][]string{{"measure", "plikd", "yardstick", "ratio", "goal", "", "plikd min-max", "yardstick min-max"}}
	for _, r := range results {
		lines = append(lines, row(r))
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for i, line := range lines {
		writeLine(&b, line, widths, " ")
		if i == 0 {
			writeLine(&b, make([]string, len(line)), widths, "-")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeLine(b *strings.Builder, cells []string, widths []int, pad string) {
	for i, cell := range cells {
		b.WriteString("|" + pad + cell + strings.Repeat(pad, widths[i]-utf8.RuneCountInString(cell)) + pad)
	}
	b.WriteString("|\n")
}

func row(r Result) []string {
	cells := []string{r.Name, Number(r.Plikd.Median) + " " + r.Unit, "", "", goal(r.Goal), r.Verdict(), spread(r.Plikd), ""}
	if r.Disturbed > 0 {
		cells[5] = strings.TrimSpace(cells[5] + fmt.Sprintf(" (%d disturbed)", r.Disturbed))
	}
	if r.Yardstick != "" {
		cells[2] = fmt.Sprintf("%s %s (%s)", Number(r.Base.Median), r.Unit, r.Yardstick)
		cells[3] = fmt.Sprintf("%.2f", r.Ratio())
		cells[7] = spread(r.Base)
	}
	return cells
}

func goal(g Goal) string {
	switch {
	case g == (Goal{}):
		return ""
	case g.AtMost:
		return fmt.Sprintf("<= %g", g.Value)
	}
	return fmt.Sprintf(">= %g", g.Value)
}

func spread(s Summary) string {
	if len(s.Rounds) < 2 {
		return ""
	}
	return Number(s.Min) + "-" + Number(s.Max)
}

// Number prints v with as many decimals as its size deserves.
func Number(v float64) string {
	switch {
	case v >= 100 || v == float64(int64(v)):
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// WriteJSON writes the results for programs, each with its ratio and verdict.
func WriteJSON(w io.Writer, results []Result) error {
	type line struct {
		Result
		Ratio   float64 `json:"ratio,omitzero"`
		Verdict string  `json:"verdict,omitempty"`
	}
	lines := make([]line, 0, len(results))
	for _, r := range results {
		lines = append(lines, line{Result: r, Ratio: r.Ratio(), Verdict: r.Verdict()})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(lines)
}
