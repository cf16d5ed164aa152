//go:build linux

package load_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/testing/bench/internal/load"
)

// feed hands text to the parser in pieces of n bytes; done is the last answer.
func feed(p *load.Parser, text string, n int) (done bool, err error) {
	for len(text) > 0 && err == nil {
		piece := text[:min(n, len(text))]
		text = text[len(piece):]
		done, err = p.Feed([]byte(piece))
	}
	return done, err
}

func TestParserWholeAndInPieces(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text   string
		status int
		body   string
	}{
		"body":       {"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\nX: y\r\n\r\nhello", 200, "hello"},
		"lower case": {"HTTP/1.1 206 Partial Content\r\ncontent-length:2\r\n\r\nab", 206, "ab"},
		"empty":      {"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201, ""},
		"no content": {"HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n", 204, ""},
		"CRLF body":  {"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\n\r\n\r\n", 404, "\r\n\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for size := 1; size <= len(tt.text); size++ {
				p := load.Parser{KeepBody: true}
				for range 2 { // a connection is used again
					done, err := feed(&p, tt.text, size)
					require.NoError(t, err)
					require.True(t, done)
					r := p.Take()
					require.Equal(t, tt.status, r.Status)
					require.Equal(t, tt.body, string(r.Body))
				}
			}
		})
	}
}

func TestParserUnfinished(t *testing.T) {
	t.Parallel()
	const text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	for n := range len(text) {
		var p load.Parser
		done, err := p.Feed([]byte(text[:n]))
		require.NoError(t, err)
		require.False(t, done, "after %d bytes", n)
	}
}

func TestParserRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"not HTTP":        "SSH-2.0-OpenSSH\r\n\r\n",
		"HTTP/1.0":        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
		"status":          "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
		"chunked":         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"negative length": "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"bad length":      "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
		"too much":        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p load.Parser
			done, err := p.Feed([]byte(text))
			require.Error(t, err)
			require.False(t, done)
		})
	}
}
