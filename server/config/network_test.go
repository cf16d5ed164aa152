package config_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"10.0.0.0/8":          "10.0.0.0/8",
		"10.1.2.3/8":          "10.0.0.0/8",
		"10.1.2.3":            "10.1.2.3/32",
		" 10.1.2.3 ":          "10.1.2.3/32",
		"0.0.0.0/0":           "0.0.0.0/0",
		"2001:db8::1":         "2001:db8::1/128",
		"2001:db8::1/32":      "2001:db8::/32",
		"::1":                 "::1/128",
		"::ffff:10.1.2.3":     "10.1.2.3/32",
		"::ffff:10.1.2.3/128": "10.1.2.3/32",
		"::ffff:10.1.2.3/104": "10.0.0.0/8",
		"::ffff:0.0.0.0/96":   "0.0.0.0/0",
		"::/0":                "::/0",
		"fe80::/10":           "fe80::/10",
	} {
		got, err := config.ParseNetwork(text)
		require.NoError(t, err, text)
		require.Equal(t, netip.MustParsePrefix(want), got, text)
	}
	for _, text := range []string{"", "/", "host", "10.0.0", "10.0.0.300", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::1/129", "fe80::1%eth0", "10.0.0.1:80", "010.0.0.1"} {
		_, err := config.ParseNetwork(text)
		require.ErrorContains(t, err, "is neither an address nor a network", text)
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	cfg, warnings := load(t, `
UploadWhitelist = ["10.0.0.0/24", "2001:db8::1"]
TrustedProxies = ["192.0.2.1"]
`)
	require.Empty(t, warnings)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("2001:db8::1/128")}, cfg.UploadNetworks)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}, cfg.TrustedNetworks)

	cfg, _ = load(t, `TrustedProxies = []`)
	require.Empty(t, cfg.TrustedNetworks)

	trusted := config.Default().TrustedNetworks
	for addr, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "10.9.9.9": true, "172.16.0.1": true, "172.31.255.255": true,
		"192.168.1.1": true, "fd00::1": true, "fe80::1": true,
		"172.32.0.1": false, "8.8.8.8": false, "2001:db8::1": false, "100.64.0.1": false,
	} {
		found := false
		for _, p := range trusted {
			found = found || p.Contains(netip.MustParseAddr(addr))
		}
		require.Equal(t, want, found, addr)
	}
}
