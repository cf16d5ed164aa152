package archive

import (
	"encoding/binary"
	"math"
	"time"
)

// Numbers of the zip format, see PKWARE's APPNOTE.TXT 6.3.
const (
	localSignature      = 0x04034b50
	centralSignature    = 0x02014b50
	endSignature        = 0x06054b50
	end64Signature      = 0x06064b50
	end64FindSignature  = 0x07064b50
	localFixedLen       = 30
	centralFixedLen     = 46
	version20           = 20
	version45           = 45 // ZIP64
	madeByUnix          = 3 << 8
	flagUTF8            = 0x800
	methodStored        = 0
	extraZIP64          = 0x0001
	extraTimestamp      = 0x5455
	extraTimestampLen   = 9
	timestampModified   = 1
	regularFile0644     = 0100644 << 16
	end64RecordFixedLen = 44 // what follows its own length field
)

// wideSize tells whether the size needs ZIP64 fields.
func (it *item) wideSize() bool { return it.Size >= math.MaxUint32 }

// wideStart tells whether the offset needs a ZIP64 field.
func (it *item) wideStart() bool { return it.start >= math.MaxUint32 }

// hasTimestamp tells whether the time fits the extended timestamp (signed 32 bits).
func (it *item) hasTimestamp() bool {
	s := it.Modified.Unix()
	return s > 0 && s <= math.MaxInt32
}

func (it *item) version() uint16 {
	if it.wideSize() || it.wideStart() {
		return version45
	}
	return version20
}

// localExtraLen returns the length of the extra fields of the local header.
func (it *item) localExtraLen() int {
	n := 0
	if it.wideSize() {
		n += 4 + 16
	}
	if it.hasTimestamp() {
		n += extraTimestampLen
	}
	return n
}

// centralExtraLen returns the length of the extra fields of the central directory entry.
func (it *item) centralExtraLen() int {
	n := it.localExtraLen()
	if it.wideStart() {
		n += 8
		if !it.wideSize() {
			n += 4
		}
	}
	return n
}

func (it *item) localLen() int   { return localFixedLen + len(it.Name) + it.localExtraLen() }
func (it *item) centralLen() int { return centralFixedLen + len(it.Name) + it.centralExtraLen() }

// appendLocal appends the local header.
func (it *item) appendLocal(b []byte, crc uint32) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(b, localSignature)
	b = it.appendCommon(b, crc)
	b = le.AppendUint16(b, uint16(it.localExtraLen()))
	b = append(b, it.Name...)
	if it.wideSize() {
		b = le.AppendUint16(b, extraZIP64)
		b = le.AppendUint16(b, 16)
		b = le.AppendUint64(b, uint64(it.Size))
		b = le.AppendUint64(b, uint64(it.Size))
	}
	return it.appendTimestamp(b)
}

// appendCentral appends the central directory entry.
func (it *item) appendCentral(b []byte, crc uint32) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(b, centralSignature)
	b = le.AppendUint16(b, madeByUnix|it.version())
	b = it.appendCommon(b, crc)
	b = le.AppendUint16(b, uint16(it.centralExtraLen()))
	b = le.AppendUint16(b, 0) // comment length
	b = le.AppendUint16(b, 0) // disk
	b = le.AppendUint16(b, 0) // internal attributes
	b = le.AppendUint32(b, regularFile0644)
	b = le.AppendUint32(b, low32(it.start))
	b = append(b, it.Name...)
	if it.wideSize() || it.wideStart() {
		b = le.AppendUint16(b, extraZIP64)
		at := len(b)
		b = le.AppendUint16(b, 0)
		if it.wideSize() {
			b = le.AppendUint64(b, uint64(it.Size))
			b = le.AppendUint64(b, uint64(it.Size))
		}
		if it.wideStart() {
			b = le.AppendUint64(b, uint64(it.start))
		}
		le.PutUint16(b[at:], uint16(len(b)-at-2))
	}
	return it.appendTimestamp(b)
}

// appendCommon appends what both headers share, from the version needed to the name length.
func (it *item) appendCommon(b []byte, crc uint32) []byte {
	le := binary.LittleEndian
	date, clock := dosTime(it.Modified)
	b = le.AppendUint16(b, it.version())
	b = le.AppendUint16(b, flagUTF8)
	b = le.AppendUint16(b, methodStored)
	b = le.AppendUint16(b, clock)
	b = le.AppendUint16(b, date)
	b = le.AppendUint32(b, crc)
	b = le.AppendUint32(b, low32(it.Size)) // compressed
	b = le.AppendUint32(b, low32(it.Size))
	return le.AppendUint16(b, uint16(len(it.Name)))
}

func (it *item) appendTimestamp(b []byte) []byte {
	if !it.hasTimestamp() {
		return b
	}
	b = binary.LittleEndian.AppendUint16(b, extraTimestamp)
	b = binary.LittleEndian.AppendUint16(b, extraTimestampLen-4)
	b = append(b, timestampModified)
	return binary.LittleEndian.AppendUint32(b, uint32(it.Modified.Unix()))
}

// appendEnd appends what follows the central directory. dirStart and endStart must be known.
func (a *Archive) appendEnd(b []byte) []byte {
	le := binary.LittleEndian
	count, dirSize := len(a.items), a.endStart-a.dirStart
	if count >= math.MaxUint16 || dirSize >= math.MaxUint32 || a.dirStart >= math.MaxUint32 {
		b = le.AppendUint32(b, end64Signature)
		b = le.AppendUint64(b, end64RecordFixedLen)
		b = le.AppendUint16(b, madeByUnix|version45)
		b = le.AppendUint16(b, version45)
		b = le.AppendUint32(b, 0) // this disk
		b = le.AppendUint32(b, 0) // disk of the directory
		b = le.AppendUint64(b, uint64(count))
		b = le.AppendUint64(b, uint64(count))
		b = le.AppendUint64(b, uint64(dirSize))
		b = le.AppendUint64(b, uint64(a.dirStart))

		b = le.AppendUint32(b, end64FindSignature)
		b = le.AppendUint32(b, 0) // disk of the record above
		b = le.AppendUint64(b, uint64(a.endStart))
		b = le.AppendUint32(b, 1) // number of disks
	}
	b = le.AppendUint32(b, endSignature)
	b = le.AppendUint16(b, 0) // this disk
	b = le.AppendUint16(b, 0) // disk of the directory
	b = le.AppendUint16(b, uint16(min(count, math.MaxUint16)))
	b = le.AppendUint16(b, uint16(min(count, math.MaxUint16)))
	b = le.AppendUint32(b, low32(dirSize))
	b = le.AppendUint32(b, low32(a.dirStart))
	return le.AppendUint16(b, 0) // comment length
}

// low32 returns n, or the mark for "see ZIP64" when it does not fit.
func low32(n int64) uint32 { return uint32(min(n, math.MaxUint32)) }

// dosTime returns t in UTC as MS-DOS date and time, moved into the years they can hold.
func dosTime(t time.Time) (date, clock uint16) {
	t = t.UTC()
	switch {
	case t.Year() < 1980:
		t = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	case t.Year() > 2107:
		t = time.Date(2107, 12, 31, 23, 59, 58, 0, time.UTC)
	}
	date = uint16((t.Year()-1980)<<9 | int(t.Month())<<5 | t.Day())
	clock = uint16(t.Hour()<<11 | t.Minute()<<5 | t.Second()/2)
	return date, clock
}
