package config

import "time"

func (r *resolver) lifetimes() {
	ok := r.ttl("DefaultTTL", r.DefaultTTLStr, &r.DefaultTTL)
	ok = r.ttl("MaxTTL", r.MaxTTLStr, &r.MaxTTL) && ok
	if ok && r.MaxTTL > 0 {
		r.ceiling()
	}

	const hint = "write one such as 30d or 12h"
	d, err := ParseTTL(r.SessionTimeout)
	switch {
	case err != nil:
		r.failf("invalid value for SessionTimeout : %w, %s", err, hint)
	case d <= 0:
		r.failf("invalid negative or zero value for SessionTimeout : %q, %s", r.SessionTimeout, hint)
	}
	r.SessionLifetime = time.Duration(d) * time.Second

	d, err = ParseTTL(r.ResumableTTL)
	switch {
	case err != nil:
		r.failf("invalid value for ResumableTTL : %w, write one such as 24h, or 0 for no resumable uploads", err)
	case d < 0 || d > 0 && d < 60:
		r.failf("invalid value for ResumableTTL : %q, write one from 1m on such as 24h, or 0 for no resumable uploads", r.ResumableTTL)
	}
	r.ResumableLifetime = time.Duration(d) * time.Second
}

// ttl stores the lifetime that the text of a key means, if it has any, and tells whether
// the lifetime can be used.
func (r *resolver) ttl(key, text string, into *int) bool {
	if text == "" {
		if int64(*into) > MaxTTLSeconds {
			r.failf("invalid value for %s : %d seconds are longer than 292 years, write -1 for no limit", key, *into)
			return false
		}
		return true
	}
	n, err := ParseTTL(text)
	if err != nil {
		r.failf("invalid value for %sStr : %w, write seconds, or a duration such as 30d or 1h30m, or -1 for no limit", key, err)
		return false
	}
	*into = n
	return true
}

// ceiling brings the default lifetime under the ceiling. A default of "for ever" would make
// every upload that does not ask for less fail, so it becomes the ceiling.
func (r *resolver) ceiling() {
	if r.DefaultTTL <= 0 {
		r.warnf("DefaultTTL is unlimited but MaxTTL is %d seconds, which is used for both: write the same for both", r.MaxTTL)
		r.DefaultTTL, r.DefaultTTLStr = r.MaxTTL, ""
	}
	if r.DefaultTTL > r.MaxTTL {
		r.failf("DefaultTTL should not be more than MaxTTL : they are %d and %d seconds, lower the first or raise the second", r.DefaultTTL, r.MaxTTL)
	}
}
