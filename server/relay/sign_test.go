package relay_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/relay"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	key, now := relay.Key("secret"), time.Unix(1_800_000_000, 0)
	for name, tc := range map[string]struct {
		with   relay.Key
		upload core.UploadID
		after  time.Duration
		change func(string) string
		want   bool
	}{
		"as signed":       {key, "u", 0, nil, true},
		"a slow clock":    {key, "u", -time.Minute, nil, true},
		"too old":         {key, "u", 3 * time.Minute, nil, false},
		"of the future":   {key, "u", -3 * time.Minute, nil, false},
		"another file":    {key, "v", 0, nil, false},
		"another key":     {relay.Key("other"), "u", 0, nil, false},
		"no key":          {nil, "u", 0, nil, false},
		"another time":    {key, "u", 0, func(s string) string { return strings.Replace(s, "1800000000", "1800000001", 1) }, false},
		"another scheme":  {key, "u", 0, func(s string) string { return strings.Replace(s, "Plik-Relay", "Basic", 1) }, false},
		"no time":         {key, "u", 0, func(s string) string { return strings.Replace(s, "1800000000", "", 1) }, false},
		"nothing":         {key, "u", 0, func(string) string { return "" }, false},
		"an empty digest": {key, "u", 0, func(string) string { return "Plik-Relay 1800000000." }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", "/relay/u/f", nil)
			key.Sign(r, "u", "f", now)
			if tc.change != nil {
				r.Header.Set("Authorization", tc.change(r.Header.Get("Authorization")))
			}
			require.Equal(t, tc.want, tc.with.Verify(r, tc.upload, "f", now.Add(tc.after)))
		})
	}
}
