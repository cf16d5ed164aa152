package swift_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (f *fake) container(w http.ResponseWriter, r *http.Request, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, ok := f.stored[name]
	switch {
	case r.Method == http.MethodPut:
		if !ok {
			f.stored[name] = map[string]*stored{}
		}
		w.WriteHeader(http.StatusCreated)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet:
		f.list(w, r, c)
	}
}

func (f *fake) list(w http.ResponseWriter, r *http.Request, c map[string]*stored) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil {
		http.Error(w, "limit", http.StatusBadRequest)
		return
	}
	type item struct {
		Name     string `json:"name"`
		Bytes    int    `json:"bytes"`
		Hash     string `json:"hash"`
		Modified string `json:"last_modified"`
	}
	items := []item{}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if o := c[name]; strings.HasPrefix(name, q.Get("prefix")) && name > q.Get("marker") && len(items) < min(limit, 7) {
			items = append(items, item{name, len(o.bytes), o.hash, o.modified.UTC().Format("2006-01-02T15:04:05.000000")})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(items)
}

func (f *fake) bulkDelete(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil || f.noBulk {
		http.Error(w, "no bulk", http.StatusForbidden)
		return
	}
	for line := range strings.Lines(string(b)) {
		container, name, _ := strings.Cut(strings.Trim(line, "/\n"), "/")
		delete(f.stored[container], name)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"Response Status": "200 OK", "Errors": []}`)
}
