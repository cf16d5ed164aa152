package throttle

import (
	"crypto/sha256"
	"net/netip"
	"strings"
)

// maxKey bounds the memory that a key takes, in bytes.
const maxKey = 64

// AddressKey returns the key of a client's address: IPv4 counts as one address, also when it is
// mapped into IPv6, IPv6 as the /64 that a client has to itself (RFC 6177). Zones do not count. All
// clients without a valid address share a key.
func AddressKey(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return "unknown"
	}
	if addr.Is4() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, 64).Masked().String()
}

// nameKey returns the key of a name, which counts in any case.
func nameKey(name string) string { return short(strings.ToLower(name)) }

// deviceKey returns the key of a device that belongs to a name.
func deviceKey(name, device string) string { return short(nameKey(name) + "\x00" + device) }

// short returns a text of at most maxKey bytes that stands for s.
func short(s string) string {
	if len(s) <= maxKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return string(sum[:])
}
