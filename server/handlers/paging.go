package handlers

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
)

const (
	defaultPage = 20
	maxPage     = 1000 // larger ones are cut to this
)

// page reads which part of a list is wanted, from the query or, before that, from the header that
// old clients send.
func page(r *http.Request) (core.Page, error) {
	q := r.URL.Query()
	p := core.Page{Limit: defaultPage, After: q.Get("after"), Before: q.Get("before")}
	var err error
	if v := q.Get("limit"); v != "" {
		if p.Limit, err = strconv.Atoi(v); err != nil {
			return p, core.E(core.KindInvalid, "limit_invalid", "invalid limit : %s", err)
		}
	}
	order := q.Get("order")
	if v := r.Header.Get("X-Plik-Paging"); v != "" {
		header := struct {
			Before, After *string
			Limit         *int
			Order         *string
		}{}
		if json.Unmarshal([]byte(v), &header) != nil {
			return p, core.E(core.KindInvalid, "paging_invalid", "invalid paging header")
		}
		p, order = core.Page{Limit: defaultPage}, ""
		set(&p.Before, header.Before)
		set(&p.After, header.After)
		set(&p.Limit, header.Limit)
		set(&order, header.Order)
	}
	switch order {
	case "", "desc":
	case "asc":
		p.Asc = true
	default:
		return p, core.E(core.KindInvalid, "order_invalid", "invalid order")
	}
	if p.Limit < 1 {
		return p, core.E(core.KindInvalid, "limit_invalid", "invalid limit")
	}
	p.Limit = min(p.Limit, maxPage)
	if p.After != "" && p.Before != "" {
		return p, core.E(core.KindInvalid, "paging_invalid", "both before and after cursors set")
	}
	if v := q.Get("count"); v != "" {
		if p.Count, err = strconv.ParseBool(v); err != nil {
			return p, core.E(core.KindInvalid, "count_invalid", "invalid count, use true or false")
		}
	}
	return p, nil
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// pageJSON is a page of a list, each item as show says.
func pageJSON[T, J any](l core.List[T], show func(T) J) api.Page[J] {
	out := api.Page[J]{After: textOrNull(l.After), Before: textOrNull(l.Before), Results: []J{}}
	for _, item := range l.Items {
		out.Results = append(out.Results, show(item))
	}
	if l.Total >= 0 {
		out.Total = &l.Total
	}
	return out
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
