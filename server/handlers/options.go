package handlers

import (
	"net/http"
	"strconv"

	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// quickOptions reads the options of a quick upload, from the query or from headers; the
// query wins.
func quickOptions(r *http.Request) (uploads.Request, error) {
	q := r.URL.Query()
	return options(func(param, header string) (string, bool) {
		if v, ok := q[param]; ok {
			return v[0], true
		}
		if v, ok := r.Header[http.CanonicalHeaderKey(header)]; ok {
			return v[0], true
		}
		return "", false
	})
}

// options reads the options of an upload; text returns the one that is called so.
func options(text func(param, header string) (string, bool)) (req uploads.Request, err error) {
	for _, o := range []struct {
		param, header string
		to            *bool
	}{
		{"oneshot", "X-Plik-OneShot", &req.OneShot},
		{"removable", "X-Plik-Removable", &req.Removable},
		{"stream", "X-Plik-Stream", &req.Stream},
		{"extend_ttl", "X-Plik-ExtendTTL", &req.ExtendTTL},
	} {
		v, ok := text(o.param, o.header)
		if !ok {
			continue
		}
		*o.to = true
		if v == "" {
			continue
		}
		if *o.to, err = strconv.ParseBool(v); err != nil {
			return req, core.E(core.KindInvalid, "option_invalid", "invalid value %q of option %s, use true or false", v, o.param)
		}
	}
	if v, ok := text("ttl", "X-Plik-TTL"); ok && v != "" {
		if req.TTL, err = config.ParseTTL(v); err != nil {
			return req, core.E(core.KindInvalid, "option_invalid", "invalid value %q of option ttl, use seconds or a duration such as 12h or 30d", v)
		}
	}
	req.Comments, _ = text("comments", "X-Plik-Comments")
	req.Login, _ = text("login", "X-Plik-Login")
	req.Password, _ = text("password", "X-Plik-Password")
	return req, nil
}
