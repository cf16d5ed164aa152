//go:build linux

package load

import (
	"bytes"
	"fmt"
	"strconv"
)

// Response is what came back for one request.
type Response struct {
	Status int
	Body   []byte // only if the request asked to keep it; valid until the next request
}

// Parser takes HTTP/1.1 responses off a connection, one at a time. It understands
// what the servers measured here send (a status line and a Content-Length) and
// refuses anything else rather than guess.
type Parser struct {
	KeepBody bool // copy the body of the response being read

	head   []byte // an unfinished head
	body   []byte
	inBody bool
	left   int64 // bytes of the body still to come
	status int
}

// maxHead bounds the head of a response.
const maxHead = 64 << 10

// Feed takes the next bytes of the connection. done: the response is complete, and b
// ended with it, as at most one request is under way.
func (p *Parser) Feed(b []byte) (done bool, err error) {
	if !p.inBody {
		rest, whole, err := p.feedHead(b)
		if err != nil || !whole {
			return false, err
		}
		b = rest
	}
	if int64(len(b)) > p.left {
		return false, fmt.Errorf("%d bytes follow the response", int64(len(b))-p.left)
	}
	if p.KeepBody {
		p.body = append(p.body, b...)
	}
	p.left -= int64(len(b))
	return p.left == 0, nil
}

// Take returns the finished response and makes the parser ready for the next.
func (p *Parser) Take() Response {
	r := Response{Status: p.status, Body: p.body}
	p.inBody, p.body = false, p.body[:0]
	return r
}

func (p *Parser) feedHead(b []byte) (rest []byte, whole bool, err error) {
	if len(p.head) > 0 { // the rare case: the head came in pieces
		p.head = append(p.head, b...)
		b = p.head
	}
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		if len(b) > maxHead {
			return nil, false, fmt.Errorf("the head of the response exceeds %d bytes", maxHead)
		}
		if len(p.head) == 0 {
			p.head = append(p.head, b...)
		}
		return nil, false, nil
	}
	p.status, p.left, err = parseHead(b[:end+2])
	p.inBody, p.head = true, p.head[:0]
	return b[end+4:], true, err
}

// parseHead returns the status and the length of the body.
func parseHead(head []byte) (status int, length int64, err error) {
	line, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, 0, fmt.Errorf("not an HTTP/1.1 status line: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, fmt.Errorf("not an HTTP/1.1 status line: %q", line)
	}
	const name = "content-length:"
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		if len(line) < len(name) || !bytes.EqualFold(line[:len(name)], []byte(name)) {
			continue
		}
		length, err = strconv.ParseInt(string(bytes.TrimSpace(line[len(name):])), 10, 64)
		if err != nil || length < 0 {
			return status, 0, fmt.Errorf("bad header %q", line)
		}
		return status, length, nil
	}
	if status == 204 || status == 304 {
		return status, 0, nil
	}
	return status, 0, fmt.Errorf("status %d without a Content-Length", status)
}
