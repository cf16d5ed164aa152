package s3

import (
	"encoding/json"
	"errors"

	"github.com/minio/minio-go/v7/pkg/encrypt"

	"github.com/root-gg/plik/server/core"
)

// sseKeySize is what AES-256 takes, in bytes.
const sseKeySize = 32

// details are what is kept with a file.
type details struct {
	SSEKey string `json:",omitempty"`
}

// keyIn returns the SSE-C key of details, "" when there is none.
func keyIn(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	var d details
	if json.Unmarshal([]byte(text), &d) != nil || d.SSEKey != "" && len(d.SSEKey) != sseKeySize {
		return "", errors.New("the details of the file are not those of an object in S3") // not what they are
	}
	return d.SSEKey, nil
}

// detailsOf is the inverse of keyIn.
func detailsOf(key string) string {
	if key == "" {
		return ""
	}
	b, err := json.Marshal(details{SSEKey: key})
	if err != nil {
		panic(err) // a string
	}
	return string(b)
}

// newKey returns the SSE-C key of a new object, "" when it needs none.
func (s *Store) newKey() string {
	if s.o.SSE != SSEC {
		return ""
	}
	return core.RandomText(sseKeySize)
}

// writing returns how an object with that key is encrypted when it is written.
func (s *Store) writing(key string) encrypt.ServerSide {
	if key == "" && s.o.SSE == SSES3 {
		return encrypt.NewSSE()
	}
	return reading(key)
}

// reading returns what must be sent to read an object with that key: nil without one.
func reading(key string) encrypt.ServerSide {
	if key == "" {
		return nil
	}
	sse, err := encrypt.NewSSEC([]byte(key))
	if err != nil {
		panic(err) // the length was checked
	}
	return sse
}
