//go:build linux

// Package scripts holds what the connections of a load send: the small requests of the
// benchmark, as a script of load.Plan each.
package scripts

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/root-gg/plik/testing/bench/internal/load"
	"github.com/root-gg/plik/testing/bench/internal/servers"
)

// Script is what load.Plan wants: the steps of each connection.
type Script = func(conn int) load.Step

// Names returns a new file name with each call, from any goroutine.
type Names func() string

// Size is the size of every small file.
const Size = 1 << 10

// body is the content of every small file.
func body() string { return strings.Repeat("0123456789abcdef", Size/16) }

// Get asks for path.
func Get(path string) load.Request {
	return load.Request{Bytes: fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path), Status: 200, Last: true}
}

// Cycle sends the requests one after the other, from the first again after the last;
// each connection starts somewhere else.
func Cycle(list ...load.Request) Script {
	return func(conn int) load.Step {
		i := conn * 7919 // a prime
		return func(load.Response) (load.Request, error) {
			i++
			return list[i%len(list)], nil
		}
	}
}

// Ranges asks for pieces of a file of total bytes, at random places, which are the same
// ones each time it is used.
func Ranges(path string, total, piece int64) Script {
	return func(conn int) load.Step {
		random := rand.New(rand.NewPCG(uint64(conn), 1))
		var buf []byte
		return func(load.Response) (load.Request, error) {
			from := random.Int64N(total - piece + 1)
			buf = fmt.Appendf(buf[:0], "GET %s HTTP/1.1\r\nHost: bench\r\nRange: bytes=%d-%d\r\n\r\n", path, from, from+piece-1)
			return load.Request{Bytes: buf, Status: 206, Last: true}, nil
		}
	}
}

// Put sends a new file under the path dir with each request; status is the right answer.
func Put(dir string, name Names, status int) Script {
	content := body()
	return func(int) load.Step {
		var buf []byte
		return func(load.Response) (load.Request, error) {
			buf = fmt.Appendf(buf[:0], "PUT %s%s HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n%s", dir, name(), len(content), content)
			return load.Request{Bytes: buf, Status: status, Last: true}, nil
		}
	}
}

// CreateAndAdd makes an upload and adds a file to it, in a multipart form as every
// client of Plik can. addOnly: only the time of the second request counts.
func CreateAndAdd(name Names, addOnly bool) Script {
	create := []byte("POST /upload HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
	content := body()
	return func(int) load.Step {
		var buf []byte
		creates := false
		return func(prev load.Response) (load.Request, error) {
			creates = !creates
			if creates {
				return load.Request{Bytes: create, Status: 200, Keep: true, Silent: addOnly}, nil
			}
			var u servers.Upload
			if err := json.Unmarshal(prev.Body, &u); err != nil || u.ID == "" || u.Token == "" {
				return load.Request{}, errors.Join(fmt.Errorf("not an upload: %q", prev.Body), err)
			}
			buf = appendAdd(buf[:0], &u, name(), content)
			return load.Request{Bytes: buf, Status: 200, Last: true}, nil
		}
	}
}

// appendAdd appends the request that adds a file to u.
func appendAdd(buf []byte, u *servers.Upload, name, content string) []byte {
	form := "--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
		"\"\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n--bench--\r\n"
	return fmt.Appendf(buf, "POST /file/%s HTTP/1.1\r\nHost: bench\r\n%s: %s\r\n"+
		"Content-Type: multipart/form-data; boundary=bench\r\nContent-Length: %d\r\n\r\n%s", u.ID, servers.TokenHeader, u.Token, len(form), form)
}
