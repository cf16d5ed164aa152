package metadata

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// dialect is what sets the SQL of a database server apart from SQLite's, in which all statements
// are written once. SQLite itself needs none.
type dialect struct {
	name string

	// placeholder writes the nth parameter of a statement, from 1.
	placeholder func(n int) string
	// rewrites are made outside of literals.
	rewrites []rewrite
	// timeArg is how a time is handed over. It is in UTC and has no digits beyond microseconds.
	timeArg func(t time.Time) any
	// listed is the expression that lists of a table go by: the time of creation, something
	// earlier than all where there is none.
	listed func(alias string) string
	never  time.Time // what listed makes of none
	clock  string    // selects the microseconds since 1970
	// own holds the statements that this database does in another way altogether.
	own map[string]string
}

type rewrite struct {
	from *regexp.Regexp
	to   string
}

const timeColumns = `(?:created_at|expire_at|deleted_at|last_used_at|updated_at|seen_at)`

// common are the rewrites that both servers need: hints for SQLite's planner go.
func common(more ...rewrite) []rewrite {
	return append([]rewrite{
		{regexp.MustCompile(`\bCROSS JOIN\b`), `JOIN`},
		{regexp.MustCompile(`\+((?:\w+\.)?deleted_at)\b`), `$1`},
	}, more...)
}

// Times are read as the texts that SQLite keeps.
var timeOrNone = regexp.MustCompile(`COALESCE\(((?:\w+\.)?` + timeColumns + `), ''\)`)

// A search is for letters of either case.
var search = regexp.MustCompile(`([\w.]+) LIKE \? ESCAPE '!'`)

func postgresDialect() *dialect {
	return &dialect{
		name:        driverPostgres,
		placeholder: func(n int) string { return fmt.Sprintf("$%d", n) },
		rewrites: common(
			rewrite{regexp.MustCompile(`\s+INDEXED BY \w+`), ``},
			rewrite{timeOrNone, `COALESCE(to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US"000+00:00"'), '')`},
			rewrite{
				regexp.MustCompile(`COALESCE\(((?:\w+\.)?(?:extend_ttl|stream|one_shot|removable|protected_by_password)), 0\)`),
				`CASE WHEN $1 THEN 1 ELSE 0 END`,
			},
			rewrite{search, `$1 ILIKE ? ESCAPE '!'`},
		),
		timeArg: func(t time.Time) any { return t },
		listed:  func(alias string) string { return `COALESCE(` + alias + `.created_at, '0001-01-01 00:00:00Z')` },
		never:   time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		clock:   `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)`,
		own:     map[string]string{sqlExpired: sqlExpiredByTime},
	}
}

func mysqlDialect() *dialect {
	return &dialect{
		name:        driverMySQL,
		placeholder: func(int) string { return "?" },
		rewrites: common(
			// It would rather go through all that are not deleted.
			rewrite{regexp.MustCompile(`\bINDEXED BY (\w+)`), `FORCE INDEX ($1)`},
			rewrite{timeOrNone, `COALESCE(DATE_FORMAT($1, '%Y-%m-%d %T.%f000+00:00'), '')`},
			rewrite{search, `LOWER($1) LIKE LOWER(?) ESCAPE '!'`},
			rewrite{regexp.MustCompile(`(?s)^INSERT INTO (.*) ON CONFLICT \("?\w+"?\) DO NOTHING$`), `INSERT IGNORE INTO $1`},
			rewrite{regexp.MustCompile(`ON CONFLICT \(\w+\) DO UPDATE SET`), `ON DUPLICATE KEY UPDATE`},
			rewrite{regexp.MustCompile(`\bexcluded\.(\w+)`), `VALUES($1)`},
		),
		timeArg: func(t time.Time) any { return t.Format("2006-01-02 15:04:05.000000") },
		listed:  func(alias string) string { return alias + `.listed_at` },
		never:   time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC),
		clock:   `SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6))`,
		own:     map[string]string{sqlExpired: sqlExpiredByTime, sqlEndSession: sqlEndSessionMySQL},
	}
}

const (
	sqlExpiredByTime = `SELECT u.id, COALESCE(u.expire_at, '') FROM uploads u
		WHERE u.deleted_at IS NULL AND u.expire_at < ?1 ORDER BY u.expire_at`
	sqlEndSessionMySQL = `INSERT INTO ended_sessions (id, until) VALUES (?, ?)
		ON DUPLICATE KEY UPDATE until = GREATEST(until, VALUES(until))`
)

// query is a statement as a server takes it.
type query struct {
	text string
	args []int // which arguments it takes, in its order, from 0
}

// translate makes a query of one of our statements. Parameters are numbered or not, never both.
func (d *dialect) translate(statement string) query {
	if own, ok := d.own[statement]; ok {
		statement = own
	}
	for _, r := range d.rewrites {
		statement = r.from.ReplaceAllString(statement, r.to)
	}
	var q query
	var b strings.Builder
	places := map[int]string{} // of those that PostgreSQL takes once and uses often
	for rest := statement; rest != ""; {
		i := strings.IndexAny(rest, `?'`)
		if i < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:i])
		if rest[i] == '\'' {
			end := i + 1 + strings.IndexByte(rest[i+1:], '\'') + 1 // doubled quotes are two literals, as good
			b.WriteString(rest[i:end])
			rest = rest[end:]
			continue
		}
		number, digits := 0, i+1
		for ; digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9'; digits++ {
			number = number*10 + int(rest[digits]-'0')
		}
		rest = rest[digits:]
		arg := number - 1
		if number == 0 {
			arg = len(q.args)
		}
		place, known := places[arg]
		if !known || d.name == driverMySQL {
			q.args = append(q.args, arg)
			place = d.placeholder(len(q.args))
			places[arg] = place
		}
		b.WriteString(place)
	}
	q.text = b.String()
	return q
}

// errNoText is said before MySQL, or MariaDB, keeps a text with question marks in it.
var errNoText = errors.New("the text is not in UTF-8")

// values returns the arguments of a statement as q takes them.
func (d *dialect) values(q query, args []any) ([]any, error) {
	out := make([]any, len(q.args))
	for i, n := range q.args {
		if n >= len(args) {
			return nil, fmt.Errorf("statement takes argument %d of %d", n+1, len(args))
		}
		out[i] = args[n]
		if v := reflect.ValueOf(args[n]); v.Kind() == reflect.String && !utf8.ValidString(v.String()) {
			return nil, errNoText
		}
		if text, ok := args[n].(timeArg); ok {
			t, err := parseTime(string(text))
			if err != nil {
				return nil, err
			}
			out[i] = d.timeArg(t.Truncate(time.Microsecond))
		}
	}
	return out, nil
}
