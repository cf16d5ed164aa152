package plik

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
)

// attachForm makes the body of a request a form with one file. Unlike with multipart.Writer no goroutine is
// needed, and the length is known when that of the file is.
func attachForm(req *http.Request, name string, b io.ReadCloser, size int64) {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	w.CreateFormFile("file", name) // writing to memory does not fail
	tail := "\r\n--" + w.Boundary() + "--\r\n"
	length := int64(-1)
	if size >= 0 {
		length = int64(head.Len()) + size + int64(len(tail))
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	attach(req, &form{io.MultiReader(&head, b, bytes.NewBufferString(tail)), b}, length)
}

type form struct {
	io.Reader
	io.Closer
}
