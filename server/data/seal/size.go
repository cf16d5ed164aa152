package seal

// Sizes, in bytes.
const (
	RecordSize   = 64 << 10              // plaintext of a record
	Overhead     = nonceSize + tagSize   // of a record over its plaintext
	SealedRecord = RecordSize + Overhead // a whole record
	HeaderSize   = len(magic) + 1 + idSize + saltSize
	FooterSize   = Overhead

	nonceSize = 12
	tagSize   = 16
	idSize    = 8
	saltSize  = 32
)

// Split returns the record that begins at or before byte size of the plaintext, and how many
// bytes it is from there.
func Split(size int64) (number, rest int64) { return size / RecordSize, size % RecordSize }

// Offset returns where a record is in the file.
func Offset(number int64) int64 { return int64(HeaderSize) + number*SealedRecord }

// SealedSize returns how long a file of so much plaintext is.
func SealedSize(plain int64) int64 {
	number, rest := Split(plain)
	size := Offset(number) + FooterSize
	if rest > 0 {
		size += rest + Overhead
	}
	return size
}

// PlainSize returns how much plaintext a file of so many bytes has; false: no sealed file is
// so long.
func PlainSize(sealed int64) (int64, bool) {
	sealed -= int64(HeaderSize) + FooterSize
	if sealed < 0 {
		return 0, false
	}
	number, rest := sealed/SealedRecord, sealed%SealedRecord
	if rest == 0 {
		return number * RecordSize, true
	}
	return number*RecordSize + rest - Overhead, rest > Overhead
}
