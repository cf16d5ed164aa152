package config

import (
	"fmt"
	"net/netip"
	"strings"
)

// ParseNetwork reads a network in CIDR notation, or one address, which is the network of
// itself alone. IPv4 mapped into IPv6 becomes IPv4, bits beyond the mask are cleared.
func ParseNetwork(s string) (netip.Prefix, error) {
	text := strings.TrimSpace(s)
	if !strings.Contains(text, "/") {
		addr, err := netip.ParseAddr(text)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, badNetwork(s)
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, badNetwork(s)
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

func badNetwork(s string) error {
	return fmt.Errorf("%q is neither an address nor a network, write one such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32", s)
}

func (r *resolver) networks() {
	if r.TrustedProxies == nil {
		r.TrustedProxies = []string{} // "none" must not read as "the default" when printed
	}
	r.UploadNetworks = r.parseNetworks("upload whitelist", r.UploadWhitelist)
	r.TrustedNetworks = r.parseNetworks("TrustedProxies", r.TrustedProxies)
}

func (r *resolver) parseNetworks(what string, list []string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		p, err := ParseNetwork(s)
		if err != nil {
			r.failf("failed to parse %s : %w", what, err)
			continue
		}
		out = append(out, p)
	}
	return out
}
