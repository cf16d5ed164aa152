package middleware

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/root-gg/plik/server/core"
)

// Proxies says whose word counts about the address of a client.
type Proxies struct {
	Header  string         // that tells the client's address, such as X-Forwarded-For; empty: none
	Trusted []netip.Prefix // peers whose headers are believed; from anyone else they are ignored
}

func (p *Proxies) trusts(ip netip.Addr) bool {
	for _, n := range p.Trusted {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// Client returns the address of the client, and whether it speaks TLS. Behind trusted
// proxies that is the last address in the header that is not a trusted proxy's own, for what is
// further left came from the client itself. What a trusted proxy says and cannot be
// understood is KindInvalid.
func (p *Proxies) Client(r *http.Request) (ip netip.Addr, secure bool, err error) {
	peer, err := ParseAddr(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false, errAddress.Because(err)
	}
	secure = r.TLS != nil
	if !p.trusts(peer) {
		return peer, secure, nil
	}
	if strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		secure = true
	}
	if p.Header == "" {
		return peer, secure, nil
	}
	ip, err = p.walk(peer, r.Header.Values(p.Header))
	return ip, secure, err
}

func (p *Proxies) walk(peer netip.Addr, values []string) (netip.Addr, error) {
	ip := peer
	for i := len(values) - 1; i >= 0; i-- {
		for list := values[i]; list != ""; {
			var item string
			if at := strings.LastIndexByte(list, ','); at >= 0 {
				list, item = list[:at], list[at+1:]
			} else {
				list, item = "", list
			}
			if item = strings.TrimSpace(item); item == "" {
				continue
			}
			next, err := ParseAddr(item)
			if err != nil {
				return netip.Addr{}, errAddress.Because(err)
			}
			if ip = next; !p.trusts(ip) {
				return ip, nil
			}
		}
	}
	return ip, nil
}

var errAddress = core.E(core.KindInvalid, "ip_invalid", "invalid IP address")

// ParseAddr reads an address with or without port, brackets or zone. An IPv4 address
// mapped into IPv6 is returned as IPv4.
func ParseAddr(s string) (netip.Addr, error) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), nil
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}, err
	}
	return a.Unmap().WithZone(""), nil
}
