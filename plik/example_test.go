package plik_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/root-gg/plik/plik"
)

// exampleServer runs a server for the examples, until stop is called.
func exampleServer() (url string, stop func()) {
	dir, err := os.MkdirTemp("", "plik")
	if err != nil {
		log.Fatal(err)
	}
	url, end, err := startDaemon(context.Background(), dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	return url, func() {
		if err := errors.Join(end(), os.RemoveAll(dir)); err != nil {
			log.Fatal(err)
		}
	}
}

func Example() {
	url, stop := exampleServer()
	defer stop()

	client := plik.NewClient(url)
	defer client.HTTPClient.CloseIdleConnections()
	_, file, err := client.UploadReader("hello.txt", strings.NewReader("Hello!"))
	if err != nil {
		log.Fatal(err)
	}
	link, err := file.GetURL()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.HasSuffix(link.Path, "/hello.txt"))

	content, err := file.Download()
	if err != nil {
		log.Fatal(err)
	}
	defer content.Close()
	io.Copy(os.Stdout, content)
	// Output:
	// true
	// Hello!
}

// Several files that live an hour and are handed out once each.
func ExampleClient_NewUpload() {
	url, stop := exampleServer()
	defer stop()

	client := plik.NewClient(url)
	defer client.HTTPClient.CloseIdleConnections()
	client.OneShot = true // for all of its uploads

	upload := client.NewUpload()
	upload.TTL = 3600 // for this one
	for _, name := range []string{"a.txt", "b.txt"} {
		upload.AddFileFromReader(name, strings.NewReader("content of "+name))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := upload.UploadContext(ctx); err != nil {
		log.Fatal(err)
	}
	for _, file := range upload.Files() {
		fmt.Println(file.Name, file.Metadata().Status, file.Metadata().Size)
	}
	// Output:
	// a.txt uploaded 16
	// b.txt uploaded 16
}

func ExampleError() {
	url, stop := exampleServer()
	defer stop()

	client := plik.NewClient(url)
	defer client.HTTPClient.CloseIdleConnections()
	_, err := client.GetUpload("nothing")
	var refusal *plik.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Status, refusal.Code)
	}
	fmt.Println(err)
	// Output:
	// 404 upload_not_found
	// 404 Not Found : upload nothing not found
}

// Fetch a file into a directory, of which nothing can lead out.
func ExampleFile_Save() {
	url, stop := exampleServer()
	defer stop()

	client := plik.NewClient(url)
	defer client.HTTPClient.CloseIdleConnections()
	upload, _, err := client.UploadReader("hello.txt", strings.NewReader("Hello!"))
	if err != nil {
		log.Fatal(err)
	}

	temp, err := os.MkdirTemp("", "plik")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(temp)
	dir, err := os.OpenRoot(temp)
	if err != nil {
		log.Fatal(err)
	}
	defer dir.Close()

	fetched, err := client.GetUpload(upload.ID())
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range fetched.Files() {
		if err := file.Save(context.Background(), dir, file.Name, nil); err != nil {
			log.Fatal(err)
		}
	}
	content, err := os.ReadFile(filepath.Join(temp, "hello.txt"))
	fmt.Println(string(content), err)
	// Output: Hello! <nil>
}

func ExampleUpload_OnProgress() {
	url, stop := exampleServer()
	defer stop()

	client := plik.NewClient(url)
	defer client.HTTPClient.CloseIdleConnections()
	upload := client.NewUpload()
	upload.AddFileFromReader("hello.txt", strings.NewReader("Hello!"))
	upload.OnProgress(func(p plik.Progress) {
		fmt.Printf("%s: %d of %d bytes\n", p.File.Name, p.Sent, p.Total)
	})
	if err := upload.Upload(); err != nil {
		log.Fatal(err)
	}
	// Output: hello.txt: 6 of 6 bytes
}

// Go on with an upload that was cut off, in another process.
func ExampleClient_Resume() {
	url, stop := exampleServer()
	defer stop()
	temp, err := os.MkdirTemp("", "plik")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(temp)
	path := filepath.Join(temp, "large.iso")
	if err := os.WriteFile(path, make([]byte, 20<<20), 0o600); err != nil {
		log.Fatal(err)
	}

	client := plik.NewClient(url)
	defer client.HTTPClient.CloseIdleConnections()
	upload := client.NewUpload()
	if _, err := upload.AddFileFromPath(path); err != nil {
		log.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(context.Background())
	var state *plik.State // to be kept in a file that only its owner can read
	upload.OnCheckpoint(func(s *plik.State) { state = s })
	upload.OnProgress(func(p plik.Progress) {
		if p.Sent > 10<<20 {
			interrupt()
		}
	})
	fmt.Println(errors.Is(upload.UploadContext(ctx), context.Canceled))

	upload, err = client.Resume(context.Background(), state)
	if err != nil {
		log.Fatal(err)
	}
	if err := upload.Upload(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(upload.Files()[0].Metadata().Status, upload.Files()[0].Metadata().Size)
	// Output:
	// true
	// uploaded 20971520
}

func ExampleParseLink() {
	link, err := plik.ParseLink("https://plik.example.org/#/?id=jaPMZy06fJYBB48H")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(link.Server, link.UploadID)
	// Output: https://plik.example.org jaPMZy06fJYBB48H
}
