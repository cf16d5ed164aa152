package swift

import (
	"fmt"
	"strings"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// What is in the container of segments; see the package.
const (
	putPrefix        = "put/"
	dataPrefix       = "data/"
	unfinishedPrefix = "unfinished/"
	// markerName is, among the segments of an object that arrived piece by piece, the one that names
	// the object.
	markerName = "object"
)

// segmentName returns a name nobody else uses: one who was held for dead and still writes, overwrites
// nothing.
func segmentName(id core.FileID, offset int64) string {
	return fmt.Sprintf("%s%s/%016d-%s", dataPrefix, id, offset, core.RandomText(8))
}

// groupOf returns the prefix that the segments of one object share.
func groupOf(name string) (string, bool) {
	fields := strings.SplitN(name, "/", 4)
	switch {
	case len(fields) == 3 && fields[0]+"/" == dataPrefix && data.PlainID(fields[1]):
		return dataPrefix + fields[1] + "/", true
	case len(fields) == 4 && fields[0]+"/" == putPrefix:
		if _, ok := parseObject(fields[1]); ok {
			return strings.Join(fields[:3], "/") + "/", true
		}
	}
	return "", false
}
