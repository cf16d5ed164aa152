package metadata

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/root-gg/plik/server/core"
)

// maxQuery is the longest text that is searched for, in bytes.
const maxQuery = 1024

// contains returns a condition that holds when one of the columns contains text, in letters of
// either case. The wildcards of LIKE in it stand for themselves. A text that is too long or no
// text is KindInvalid.
//
// SQLite's LIKE knows the case of ASCII letters only, as may PostgreSQL's, by its locale. For others the text is looked for in
// four forms: as it is, in small letters, in capitals, and with a capital at its beginning. A
// mixture beyond that is not found.
func contains(columns []string, text string) (condition string, args []any, err error) {
	if len(text) > maxQuery {
		return "", nil, core.E(core.KindInvalid, "query_too_long", "the text to search for is too long, maximum length is %d bytes", maxQuery)
	}
	// SQLite takes a pattern to end at a NUL.
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", nil, core.E(core.KindInvalid, "query_invalid", "the text to search for is no text")
	}
	var either []string
	for _, form := range forms(text) {
		for _, c := range columns {
			either = append(either, c+` LIKE ? ESCAPE '!'`)
			args = append(args, "%"+escapeLike(form)+"%")
		}
	}
	return "(" + strings.Join(either, " OR ") + ")", args, nil
}

// forms returns the text in the cases that LIKE tells apart.
func forms(text string) []string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return []string{text}
	}
	lower := strings.ToLower(text)
	first, n := utf8.DecodeRuneInString(lower)
	list := []string{text, lower, strings.ToUpper(text), string(unicode.ToUpper(first)) + lower[n:]}
	slices.Sort(list)
	return slices.Compact(list)
}

func escapeLike(text string) string {
	return strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(text)
}
