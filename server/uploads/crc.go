package uploads

import "hash/crc32"

// combineCRC32 returns the CRC-32 (IEEE) of two texts one after the other, of which the second one
// has n bytes, in O(log n): zlib's crc32_combine. Appending zeros to a text is a linear map of its
// CRC over GF(2), here a matrix of 32 columns that is squared for twice as many zeros.
func combineCRC32(a, b uint32, n int64) uint32 {
	var m [32]uint32 // one zero bit
	m[0] = crc32.IEEE
	for i := 1; i < 32; i++ {
		m[i] = 1 << (i - 1)
	}
	for range 3 { // to one zero byte
		m = square(m)
	}
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			a = times(&m, a)
		}
		m = square(m)
	}
	return a ^ b
}

func times(m *[32]uint32, v uint32) (sum uint32) {
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 == 1 {
			sum ^= m[i]
		}
	}
	return sum
}

func square(m [32]uint32) (s [32]uint32) {
	for i, v := range m {
		s[i] = times(&m, v)
	}
	return s
}
