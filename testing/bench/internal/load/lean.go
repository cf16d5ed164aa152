//go:build linux

package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	neturl "net/url"
	"os"
	"time"
)

// Lean is a client that spends less than curl does: it sends files with the kernel's
// sendfile and reads into one large buffer.
type Lean struct{}

// buffer is how much is read at a time; larger ones are no faster.
const buffer = 256 << 10

// Put sends the file as the raw body.
func (Lean) Put(ctx context.Context, url, file string, header http.Header) error {
	return withFile(file, func(f *os.File, size int64) error {
		return exchange(ctx, "PUT", url, header, size, func(w io.Writer) error {
			_, err := io.Copy(w, f)
			return err
		})
	})
}

// Post sends the file as the field "file" of a multipart form.
func (Lean) Post(ctx context.Context, url, file string, header http.Header) error {
	const boundary = "------------------------7d4a6b21"
	before := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + baseName(url) +
		"\"\r\nContent-Type: application/octet-stream\r\n\r\n"
	after := "\r\n--" + boundary + "--\r\n"
	header = header.Clone()
	header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	return withFile(file, func(f *os.File, size int64) error {
		return exchange(ctx, "POST", url, header, size+int64(len(before)+len(after)), func(w io.Writer) error {
			if _, err := io.WriteString(w, before); err != nil {
				return err
			}
			if _, err := io.Copy(w, f); err != nil {
				return err
			}
			_, err := io.WriteString(w, after)
			return err
		})
	})
}

// Get reads the whole answer.
func (Lean) Get(ctx context.Context, url string) error {
	return exchange(ctx, "GET", url, nil, 0, nil)
}

// Paced moves bytes no faster than Rate bytes a second, so that many transfers are
// under way at once for as long as they are wanted.
type Paced struct{ Rate float64 }

// Put sends size bytes, the same block over and over.
func (p Paced) Put(ctx context.Context, url string, header http.Header, size int64) error {
	block := make([]byte, 64<<10)
	for i := range block {
		block[i] = byte(i * 7)
	}
	return exchange(ctx, "PUT", url, header, size, func(w io.Writer) error {
		began := time.Now()
		for sent := int64(0); sent < size; {
			n, err := w.Write(block[:min(int64(len(block)), size-sent)])
			sent += int64(n)
			if err != nil {
				return err
			}
			if err := p.wait(ctx, began, sent); err != nil {
				return err
			}
		}
		return nil
	})
}

// Get reads the answer at the given rate.
func (p Paced) Get(ctx context.Context, url string) error {
	began := time.Now()
	return exchangeFunc(ctx, "GET", url, nil, 0, nil, 64<<10, func(read int64) error { return p.wait(ctx, began, read) })
}

// wait returns when moved bytes are due.
func (p Paced) wait(ctx context.Context, began time.Time, moved int64) error {
	due := time.Duration(float64(moved) / p.Rate * float64(time.Second))
	timer := time.NewTimer(due - time.Since(began))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func withFile(name string, f func(*os.File, int64) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return f(file, info.Size())
}

func exchange(ctx context.Context, method, url string, header http.Header, size int64, send func(io.Writer) error) error {
	return exchangeFunc(ctx, method, url, header, size, send, buffer, func(int64) error { return nil })
}

// exchangeFunc does one request on a connection of its own; read is told how many bytes
// of the answer have come so far, after each piece of at most chunk bytes.
func exchangeFunc(ctx context.Context, method, url string, header http.Header, size int64,
	send func(io.Writer) error, chunk int, read func(int64) error) error {
	u, err := neturl.Parse(url)
	if err != nil {
		return err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()

	head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nConnection: close\r\n", method, u.RequestURI(), u.Host, size)
	for name := range header {
		head += name + ": " + header.Get(name) + "\r\n"
	}
	if _, err := io.WriteString(conn, head+"\r\n"); err != nil {
		return fmt.Errorf("%s %s: %w", method, url, err)
	}
	var sendErr error
	if send != nil {
		sendErr = send(conn)
	}
	if err := errors.Join(ctx.Err(), answer(conn, chunk, read), sendErr); err != nil {
		return fmt.Errorf("%s %s: %w", method, url, err)
	}
	return nil
}

// answer reads one response to its end.
func answer(conn net.Conn, chunk int, read func(int64) error) error {
	resp, err := http.ReadResponse(bufio.NewReaderSize(conn, 16<<10), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
		return fmt.Errorf("%s: %s", resp.Status, text)
	}
	buf := make([]byte, chunk)
	for total := int64(0); ; {
		n, err := resp.Body.Read(buf)
		total += int64(n)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := read(total); err != nil {
			return err
		}
	}
}
