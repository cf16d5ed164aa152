package s3_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// residentVariable tells a process to be the one that is measured, and how large its files are.
const residentVariable = "PLIK_TEST_S3_RESIDENT"

// 32 files that come at the same time, of known and unknown length and in pieces, take less than
// 400 MiB of a process, whatever they are worth.
func TestResident(t *testing.T) {
	server(t)
	if runtime.GOOS != "linux" {
		t.Skip("it is Linux that tells the most memory a process had")
	}
	if raced {
		t.Skip("the race detector takes memory of its own")
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestResidentChild$", "-test.v")
	child.Env = append(os.Environ(), residentVariable+"="+strconv.Itoa(24*mib))
	out, err := child.CombinedOutput()
	require.NoError(t, err, "%s", out)
	_, rest, found := bytes.Cut(out, []byte("VmHWM:"))
	require.True(t, found, "%s", out)
	most, err := strconv.Atoi(strings.Fields(string(rest))[0])
	require.NoError(t, err)
	t.Logf("%d MiB", most>>10)
	require.Less(t, most, 400<<10, "KiB")
}

func TestResidentChild(t *testing.T) {
	size, err := strconv.Atoi(os.Getenv(residentVariable))
	if err != nil {
		t.Skip("TestResident runs it, as a process of its own")
	}
	s := open(t, nil)
	put(t, s, newKey(), nil, 0) // MinIO may stumble over a folder that vanishes and comes again
	for round := range 3 {
		const writers = 32
		done := make(chan error)
		for range writers {
			go func() {
				key := newKey()
				source := io.LimitReader(endless{}, int64(size))
				var err error
				switch round {
				case 0:
					_, err = s.Put(t.Context(), key, source, int64(size))
				case 1:
					_, err = s.Put(t.Context(), key, source, -1)
				case 2:
					if err = appendAll(t, s, key.File, source); err == nil {
						_, err = s.Finish(t.Context(), key.File, key, int64(size))
					}
				}
				if err == nil {
					err = s.Delete(t.Context(), key)
				}
				done <- err
			}()
		}
		for range writers {
			require.NoError(t, <-done)
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	require.True(t, found)
	line, _, _ := strings.Cut(rest, "\n")
	fmt.Println("VmHWM:" + line)
}

// appendAll appends in steps that are not those of parts, each synced.
func appendAll(t *testing.T, s data.Appender, id core.FileID, r io.Reader) error {
	p, err := s.Append(t.Context(), id, 0)
	for n := int64(1); err == nil && n > 0; {
		if n, err = io.Copy(p, io.LimitReader(r, 4*mib-1)); err == nil {
			err = p.Sync()
		}
	}
	if err != nil {
		return err
	}
	return p.Close()
}

// endless gives bytes and takes no memory for them.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i)
	}
	return len(p), nil
}
