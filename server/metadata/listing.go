package metadata

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/root-gg/plik/server/core"
)

// maxPage is how many items a page has at most, whatever was asked for: it is in memory whole.
const maxPage = 10_000

// listing is a list in the order of a key and, where keys are equal, of an id: by these two the
// next page is found however long the list is (keyset paging).
type listing[T any] struct {
	op      string
	columns string // what scan reads
	from    string
	where   conditions
	key, id string // expressions of SQL; an empty key is the time of creation in table
	table   string // the alias of it
	bySize  bool
	// scan reads a row and tells its place.
	scan func(row scanner) (T, position, error)
	// resolve, when not nil, puts the id into a place whose cursor must not hold it. ascending is
	// the direction to look in from there.
	resolve func(ctx context.Context, s *Store, at *position, ascending bool) error
}

// conditions are all to hold. Their arguments follow those of whatever is before WHERE.
type conditions struct {
	texts []string
	args  []any
}

func (c *conditions) add(text string, args ...any) {
	c.texts = append(c.texts, text)
	c.args = append(c.args, args...)
}

func (c *conditions) where() string {
	if len(c.texts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.texts, " AND ")
}

// placed is an item and where it is in its list.
type placed[T any] struct {
	item T
	at   position
}

// page returns a page of the list.
func (l listing[T]) page(ctx context.Context, s *Store, p core.Page) (core.List[T], error) {
	list := core.List[T]{Total: -1}
	if p.Limit <= 0 {
		return list, failed(l.op, errors.New("the page has no limit"))
	}
	at, err := anyCursor(p, l.bySize)
	if err == nil && at != nil && l.resolve != nil {
		err = l.resolve(ctx, s, at, ascending(p))
	}
	if err != nil {
		return list, err
	}
	key, err := l.keyFor(s, at)
	if err != nil {
		return list, err
	}
	query, args := l.query(p, at, key)
	long := ctx // a search may take long enough to be worth cancelling
	var found []placed[T]
	err = s.read(ctx, l.op, func(context.Context) error {
		rows, err := s.rows(long, query, args...)
		found, err = scanAll(rows, err, func(row scanner) (x placed[T], err error) {
			x.item, x.at, err = l.scan(row)
			return x, err
		})
		if err != nil || !p.Count {
			return err
		}
		return s.row(long, l.count(), l.where.args...).Scan(&list.Total)
	})
	if err != nil {
		return core.List[T]{Total: -1}, err
	}
	more := len(found) > pageLimit(p)
	if more {
		found = found[:pageLimit(p)]
	}
	if p.Before != "" { // they were looked for from there on back
		slices.Reverse(found)
	}
	for _, x := range found {
		list.Items = append(list.Items, x.item)
	}
	list.After, list.Before, err = cursors(found, p, more)
	return list, failed(l.op, err)
}

// cursors returns those to what follows the page and what precedes it. more tells that there
// are more items where the page was looked for: before it, or after it.
func cursors[T any](page []placed[T], p core.Page, more bool) (after, before string, err error) {
	if len(page) == 0 {
		return "", "", nil
	}
	var errs [2]error
	if p.Before != "" || more {
		after, errs[0] = page[len(page)-1].at.cursor()
	}
	if p.After != "" || p.Before != "" && more {
		before, errs[1] = page[0].at.cursor()
	}
	return after, before, errors.Join(errs[:]...)
}

// query returns the query for one item more than the page has, to see whether there are more.
func (l listing[T]) query(p core.Page, at *position, key listKey) (string, []any) {
	where := conditions{slices.Clip(l.where.texts), slices.Clip(l.where.args)}
	order, compare := " DESC", "<"
	if ascending(p) {
		order, compare = "", ">"
	}
	if at != nil {
		// The first half is implied by the second, but SQLite finds no row by a pair that begins
		// with an expression.
		where.add(key.text+" "+compare+"= ? AND ("+key.text+", "+l.id+") "+compare+" (?, ?)", key.at, key.at, at.id)
	}
	return "SELECT " + l.columns + " FROM " + l.from + where.where() +
		" ORDER BY " + key.text + order + ", " + l.id + order + " LIMIT ?", append(where.args, pageLimit(p)+1)
}

// listKey is the key of a list as a database knows it, and what it is where a cursor points.
type listKey struct {
	text string
	at   any
}

// keyFor returns the key, and where at is. A cursor that no time can be read from is KindInvalid on
// a database server; on SQLite texts are compared.
func (l listing[T]) keyFor(s *Store, at *position) (listKey, error) {
	k := listKey{text: l.key}
	if at != nil {
		k.at = at.key()
	}
	if l.key != "" {
		return k, nil
	}
	if s == nil || s.remote == nil {
		k.text = "COALESCE(" + l.table + ".created_at, '')"
		return k, nil
	}
	k.text = s.remote.dialect.listed(l.table)
	if at == nil {
		return k, nil
	}
	created, err := parseTime(at.text)
	if err != nil || created.After(lastTime) {
		return k, cursorInvalid()
	}
	if at.text == "" {
		created = s.remote.dialect.never
	}
	k.at = timeText(created)
	return k, nil
}

// ascending tells in which direction the page is looked for.
func ascending(p core.Page) bool { return p.Asc == (p.Before == "") }

func (l listing[T]) count() string { return "SELECT COUNT(*) FROM " + l.from + l.where.where() }

func pageLimit(p core.Page) int { return min(p.Limit, maxPage) }
