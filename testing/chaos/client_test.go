package chaos_test

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

const (
	chunkSize = 256 << 10
	patience  = 300 // requests in a row that may fail
)

// sender sends one file over a bad line, as a tus client does.
type sender struct {
	testing.TB
	client  *http.Client
	base    string // of the server, through the line
	rnd     *rand.Rand
	content []byte
	meta    string // header Upload-Metadata
	token   string // X-UploadToken, empty when not needed
	failed  int    // requests in a row
	lost    int    // creations that nobody knows of: the answer did not come
}

// transfer is one that the server has told of.
type transfer struct {
	url, upload, link string
	safe              int // bytes that the server has acknowledged
	sent              int // bytes that it may have
}

// answer is what the server said. status 0: nothing.
type answer struct {
	status int
	http.Header
	body string
}

func (s *sender) request(method, url string, body []byte, headers ...string) answer {
	s.Helper()
	// The reader hides nothing: the length is known, and nothing is sent twice by net/http.
	r, err := http.NewRequestWithContext(s.Context(), method, url, io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		s.Fatal(err)
	}
	r.ContentLength = int64(len(body))
	if len(body) == 0 {
		r.Body = http.NoBody
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	if s.token != "" {
		r.Header.Set("X-UploadToken", s.token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return s.lose(answer{})
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return s.lose(answer{})
	}
	a := answer{resp.StatusCode, resp.Header, string(got)}
	if a.status >= 300 {
		return s.lose(a)
	}
	s.failed = 0
	return a
}

func (s *sender) lose(a answer) answer {
	s.Helper()
	if s.failed++; s.failed > patience {
		s.Fatalf("%d requests failed in a row, the last one with %d %s", s.failed, a.status, a.body)
	}
	return a
}

// begin makes a transfer, and makes another when the answer is lost.
func (s *sender) begin(body []byte, headers ...string) *transfer {
	s.Helper()
	if body != nil {
		headers = append(headers, "Content-Type", "application/offset+octet-stream")
	}
	for {
		a := s.request("POST", s.base+"/tus/", body, append(headers, "Upload-Metadata", s.meta)...)
		switch {
		case a.status == 201:
			t := &transfer{url: a.Get("Location"), upload: a.Get("X-Plik-Upload"), link: a.Get("X-Plik-URL")}
			if body != nil {
				t.sent = len(body)
				t.safe = s.number(a, "Upload-Offset")
			}
			return t
		case a.status == 404 && strings.HasPrefix(headers[1], "final"):
			return nil // it was joined, and the answer lost
		case a.status == 400 && strings.Contains(a.body, "invalid file status"):
			s.meta = s.meta[:strings.Index(s.meta, ",file ")] // that file was begun, and the answer lost
		case a.status != 0 && !broken(a):
			s.Fatalf("creation: %d %s", a.status, a.body)
		}
		s.lost++
	}
}

// broken tells whether an answer is that to a body which the line has cut.
func broken(a answer) bool {
	return a.status >= 500 || a.status == 460 || a.status == 400 && (strings.Contains(a.body, "body") || strings.Contains(a.body, "ERR_UNEXPECTED_EOF") || strings.Contains(a.body, "ERR_CONNECTION_RESET"))
}

func (s *sender) number(a answer, header string) int {
	s.Helper()
	n, err := strconv.Atoi(a.Get(header))
	if err != nil {
		s.Fatalf("%s: %v", header, err)
	}
	return n
}

// look asks how far a transfer is: never less than was acknowledged, never more than was sent.
func (s *sender) look(t *transfer) {
	s.Helper()
	for {
		a := s.request("HEAD", t.url, nil)
		if a.status == 200 {
			offset := s.number(a, "Upload-Offset")
			if offset < t.safe || offset > t.sent {
				s.Fatalf("the offset is %d, %d bytes were acknowledged and %d sent", offset, t.safe, t.sent)
			}
			t.safe = offset
			return
		}
		if a.status != 0 && a.status < 500 {
			s.Fatalf("HEAD: %d %s", a.status, a.body)
		}
	}
}

// send sends what is missing of content; deferred means that its length is not known there yet.
func (s *sender) send(t *transfer, content []byte, checksums, deferred bool) {
	s.Helper()
	for t.safe < len(content) || deferred {
		if s.rnd.IntN(10) == 0 {
			s.look(t)
		}
		chunk := content[t.safe:min(len(content), t.safe+chunkSize)]
		if checksums && s.rnd.IntN(10) == 0 {
			if a := s.patch(t, chunk, "Upload-Checksum", s.sum(append(chunk[:len(chunk):len(chunk)], 'x'))); a.status == 204 {
				s.Fatalf("a wrong checksum was taken")
			}
			s.look(t)
		}
		end := t.safe + len(chunk)
		var headers []string
		if checksums {
			headers = append(headers, "Upload-Checksum", s.sum(chunk))
		}
		if deferred && end == len(content) {
			headers = append(headers, "Upload-Length", strconv.Itoa(end))
		}
		switch a := s.patch(t, chunk, headers...); {
		case a.status == 204:
			if n := s.number(a, "Upload-Offset"); n != end {
				s.Fatalf("%d bytes are there, %d were sent", n, end)
			}
			t.safe, deferred = end, deferred && end < len(content)
		case a.status == 0 || broken(a) || a.status == 409: // it may have overtaken one that was given up
			s.look(t)
			if deferred && end == len(content) {
				deferred = !s.told(t)
			}
		default:
			s.Fatalf("PATCH at %d: %d %s", t.safe, a.status, a.body)
		}
	}
}

func (s *sender) patch(t *transfer, chunk []byte, headers ...string) answer {
	s.Helper()
	t.sent = max(t.sent, t.safe+len(chunk))
	return s.request("PATCH", t.url, chunk, append(headers, "Upload-Offset", strconv.Itoa(t.safe), "Content-Type", "application/offset+octet-stream")...)
}

// told tells whether the length of a transfer has arrived.
func (s *sender) told(t *transfer) bool {
	s.Helper()
	for {
		if a := s.request("HEAD", t.url, nil); a.status == 200 {
			return a.Get("Upload-Length") != ""
		}
	}
}

// sum makes the header Upload-Checksum of p.
func (s *sender) sum(p []byte) string {
	encode := base64.StdEncoding.EncodeToString
	switch s.rnd.IntN(3) {
	case 0:
		sum := sha1.Sum(p)
		return "sha1 " + encode(sum[:])
	case 1:
		sum := sha256.Sum256(p)
		return "sha256 " + encode(sum[:])
	}
	return "crc32c " + encode(binary.BigEndian.AppendUint32(nil, crc32.Checksum(p, crc32.MakeTable(crc32.Castagnoli))))
}

// parts sends content in parts, and joins them.
func (s *sender) parts(n int, checksums bool) *transfer {
	s.Helper()
	for range patience {
		var urls []string
		for i := range n {
			part := s.content[len(s.content)*i/n : len(s.content)*(i+1)/n]
			t := s.begin(nil, "Upload-Concat", "partial", "Upload-Length", strconv.Itoa(len(part)))
			s.send(t, part, checksums, false)
			urls = append(urls, t.url)
		}
		if t := s.begin(nil, "Upload-Concat", "final;"+strings.Join(urls, " ")); t != nil {
			t.safe = len(s.content)
			return t
		}
	}
	s.Fatal("the parts are never joined")
	return nil
}

// declare makes an upload with one file, as our own clients do.
func (s *sender) declare(name string) {
	s.Helper()
	for {
		a := s.request("POST", s.base+"/upload", fmt.Appendf(nil, `{"files":[{"fileName":%q}]}`, name))
		if a.status != 200 {
			continue
		}
		var u struct {
			ID, UploadToken string
			Files           []struct{ ID string }
		}
		if err := json.Unmarshal([]byte(a.body), &u); err != nil {
			s.Fatal(err)
		}
		s.token, s.meta = u.UploadToken, pairs("upload", u.ID, "filename", name, "file", u.Files[0].ID)
		return
	}
}

// pairs makes the header Upload-Metadata of keys and values.
func pairs(list ...string) string {
	var out []string
	for i := 0; i < len(list); i += 2 {
		out = append(out, list[i]+" "+base64.StdEncoding.EncodeToString([]byte(list[i+1])))
	}
	return strings.Join(out, ",")
}
