package plik_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

// resumableClient sends everything above 100 kB in pieces of 64 KiB at first.
func resumableClient(t testing.TB, url string) *plik.Client {
	c := client(t, url)
	c.Resumable = plik.Resumable{Threshold: 100_000, ChunkSize: 64 << 10}
	return c
}

const large = 3<<20 + 17

func TestFilesGoInPieces(t *testing.T) {
	t.Parallel()
	b := random(large)
	sources := map[string]func(u *plik.Upload) *plik.File{
		"path": func(u *plik.Upload) *plik.File {
			f, err := u.AddFileFromPath(write(t, "name", b))
			require.NoError(t, err)
			return f
		},
		"bytes": func(u *plik.Upload) *plik.File { return u.AddFileFromReader("name", bytes.NewReader(b)) },
		"pipe": func(u *plik.Upload) *plik.File {
			return u.AddFileFromReader("name", struct{ io.Reader }{bytes.NewReader(b)})
		},
	}
	faults := map[string]func(s *tusServer) func(w http.ResponseWriter, r *http.Request, patch int) bool{
		"none": func(s *tusServer) func(w http.ResponseWriter, r *http.Request, patch int) bool { return nil },
		"every other piece is cut": func(s *tusServer) func(w http.ResponseWriter, r *http.Request, patch int) bool {
			return func(w http.ResponseWriter, r *http.Request, patch int) bool {
				if patch%2 == 1 {
					s.cutAfter(w, r, 20_000)
				}
				return patch%2 == 1
			}
		},
		"answers are lost": func(s *tusServer) func(w http.ResponseWriter, r *http.Request, patch int) bool {
			return func(w http.ResponseWriter, r *http.Request, patch int) bool {
				if patch > 0 {
					s.lost(w, r)
				}
				return patch > 0
			}
		},
		"the creation and every third question are cut": func(s *tusServer) func(w http.ResponseWriter, r *http.Request, patch int) bool {
			var n atomic.Int32
			return func(w http.ResponseWriter, r *http.Request, patch int) bool {
				if !strings.HasPrefix(r.URL.Path, "/tus/") || r.Method == "OPTIONS" || n.Add(1)%3 != 1 {
					return false
				}
				cut(w)
				return true
			}
		},
		"the server is busy": func(s *tusServer) func(w http.ResponseWriter, r *http.Request, patch int) bool {
			return func(w http.ResponseWriter, r *http.Request, patch int) bool {
				statuses := []int{0, http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusLocked, http.StatusConflict, http.StatusBadGateway}
				if patch == 0 || patch >= len(statuses) {
					return false
				}
				io.Copy(io.Discard, r.Body)
				http.Error(w, "busy", statuses[patch])
				return true
			}
		},
	}
	for source, add := range sources {
		for what, fault := range faults {
			t.Run(source+"/"+what, func(t *testing.T) {
				t.Parallel()
				s, url := newTus(t)
				s.setFault(fault(s))
				u := resumableClient(t, url).NewUpload()
				f := add(u)
				var last atomic.Int64
				u.OnProgress(func(p plik.Progress) { last.Store(p.Sent) })
				err := u.Upload()
				require.NoError(t, f.Error())
				require.NoError(t, err)
				patches, received := s.counts()
				require.Greater(t, patches, 3)
				require.EqualValues(t, len(b), received, "no byte is sent twice that the server kept")
				require.EqualValues(t, len(b), last.Load())
				require.Equal(t, sum(b), f.Metadata().Md5)
				require.Equal(t, plik.StatusUploaded, f.Metadata().Status)
				require.Equal(t, b, content(t, f))
			})
		}
	}
}

func TestPiecesShrink(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
		if patch == 0 || r.ContentLength <= 1<<20 {
			return false
		}
		io.Copy(io.Discard, r.Body)
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return true
	})
	c := client(t, url)
	c.Resumable = plik.Resumable{Threshold: 1, ChunkSize: 4 << 20}
	b := random(9<<20 + 1)
	for _, r := range []io.Reader{bytes.NewReader(b), struct{ io.Reader }{bytes.NewReader(b)}} {
		_, f, err := c.UploadReader("name", r)
		require.NoError(t, f.Error())
		require.NoError(t, err)
		require.True(t, bytes.Equal(b, content(t, f)))
	}
}

func TestSmallFilesGoInOneRequest(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	c := resumableClient(t, url)
	for _, n := range []int{0, 1, 1000, 99_999} {
		b := random(n)
		for _, r := range []io.Reader{bytes.NewReader(b), struct{ io.Reader }{bytes.NewReader(b)}} {
			_, f, err := c.UploadReader("name", r)
			require.NoError(t, err)
			require.Equal(t, b, content(t, f))
		}
	}
	c.Resumable.Off = true
	_, _, err := c.UploadReader("name", bytes.NewReader(random(large)))
	require.NoError(t, err)
	patches, _ := s.counts()
	require.Zero(t, patches)
}

func TestPipesNeedLaterLength(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	s.noDefer = true
	b := random(large)
	_, f, err := resumableClient(t, url).UploadReader("name", struct{ io.Reader }{bytes.NewReader(b)})
	require.NoError(t, err)
	require.Equal(t, b, content(t, f))
	patches, _ := s.counts()
	require.Zero(t, patches)
}

// Pipes of all sizes around those of the pieces.
func TestPipesOfAnySize(t *testing.T) {
	t.Parallel()
	_, url := newTus(t)
	c := resumableClient(t, url)
	c.Resumable.ChunkSize = 300 << 10
	u := c.NewUpload()
	var want [][]byte
	for _, n := range []int{256 << 10, 256<<10 + 1, 300<<10 - 1, 300 << 10, 300<<10 + 1, 600<<10 - 1, 600 << 10, 600<<10 + 1, 900 << 10} {
		want = append(want, random(n))
		u.AddFileFromReader("name", struct{ io.Reader }{bytes.NewReader(want[len(want)-1])})
	}
	require.NoError(t, u.Upload())
	for i, f := range u.Files() {
		require.Equal(t, want[i], content(t, f))
	}
}

func TestStalledConnection(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
		if patch != 2 {
			return false
		}
		hang(r)
		return true
	})
	c := resumableClient(t, url)
	c.IdleTimeout = 100 * time.Millisecond
	b := random(large)
	_, f, err := c.UploadReader("name", bytes.NewReader(b))
	require.NoError(t, err)
	require.Equal(t, b, content(t, f))
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
		if patch > 2 || s.patches > 2 && r.Method == "HEAD" {
			cut(w)
			return true
		}
		return false
	})
	c := resumableClient(t, url)
	c.Retry.GiveUp = 50 * time.Millisecond
	_, f, err := c.UploadReader("name", bytes.NewReader(random(large)))
	require.Error(t, err)
	require.ErrorContains(t, f.Error(), "gave up after ")
	require.ErrorContains(t, f.Error(), " bytes are sent")
	require.Equal(t, plik.StatusMissing, f.Metadata().Status)
}

func TestRefusalsEndIt(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403, 507} {
		s, url := newTus(t)
		s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
			if patch != 2 {
				return false
			}
			http.Error(w, "because", status)
			return true
		})
		_, f, err := resumableClient(t, url).UploadReader("name", bytes.NewReader(random(large)))
		var refusal *plik.Error
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, status, refusal.Status)
		require.Equal(t, "because", refusal.Text)
		require.ErrorIs(t, err, f.Error())
		patches, _ := s.counts()
		require.Equal(t, 2, patches)
	}
}

// The upload is deleted while it is sent; a HEAD that is refused has no text.
func TestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	c := resumableClient(t, url)
	u := c.NewUpload()
	f := u.AddFileFromReader("name", bytes.NewReader(random(large)))
	s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
		if patch == 2 {
			require.NoError(t, u.Delete())
			s.mu.Lock()
			clear(s.uploads)
			s.mu.Unlock()
			cut(w)
		}
		return patch == 2
	})
	require.Error(t, u.Upload())
	require.EqualError(t, f.Error(), "404 Not Found : upload "+u.ID()+" not found")
}

func TestAlteredOnTheWay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(s *tusServer)
		digest  string
	}{
		"the server tells CRC-32":              {func(*tusServer) {}, "CRC-32"},
		"it tells nothing":                     {func(s *tusServer) { s.noSums = true }, "MD5"},
		"it does not tell any more at the end": {func(s *tusServer) { s.forgets = true }, "MD5"},
	} {
		for _, altered := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/altered=%v", name, altered), func(t *testing.T) {
				t.Parallel()
				s, url := newTus(t)
				tc.prepare(s)
				s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
					if patch == 2 && altered {
						b, _ := io.ReadAll(r.Body)
						b[100] ^= 1
						r.Body = io.NopCloser(bytes.NewReader(b))
					}
					return false
				})
				_, f, err := resumableClient(t, url).UploadFile(write(t, "name", random(large)))
				if !altered {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, plik.ErrDigest)
				require.ErrorContains(t, f.Error(), tc.digest)
			})
		}
	}
}

func TestCancelInTheMiddle(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
		if patch == 3 {
			cancel()
			hang(r)
		}
		return patch == 3
	})
	path := write(t, "name", random(large))
	_, _, err := resumableClient(t, url).UploadFileContext(ctx, path)
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, open(t), path)
}

// A program that is stopped in the middle, and another one that goes on.
func TestResumeInAnotherProcess(t *testing.T) {
	t.Parallel()
	for what, lostState := range map[string]bool{"with all of its state": false, "with a state from the very start": true} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, url := newTus(t)
			b, small := random(large), random(1000)
			path := write(t, "big", b)
			u := resumableClient(t, url).NewUpload()
			f, err := u.AddFileFromPath(path)
			require.NoError(t, err)
			_, err = u.AddFileFromPath(write(t, "small", small))
			require.NoError(t, err)
			dir := t.TempDir()
			kept := keep(t, dir)
			saved := 0
			u.OnCheckpoint(func(state *plik.State) {
				if saved++; !lostState || saved <= 2 {
					kept.save(state)
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
				if patch == 4 {
					s.cutAfter(w, r, 10_000)
					cancel()
				}
				return patch == 4
			})
			require.ErrorIs(t, f.UploadContext(ctx), context.Canceled)
			s.setFault(nil)

			state := kept.load()
			require.Equal(t, url, state.Server)
			require.Equal(t, u.ID(), state.Upload)
			again, err := resumableClient(t, url).Resume(t.Context(), state)
			require.NoError(t, err)
			require.NoError(t, again.Upload())
			_, received := s.counts()
			require.EqualValues(t, len(b), received)
			require.Len(t, again.Files(), 2)
			require.Equal(t, b, content(t, again.Files()[0]))
			require.Equal(t, small, content(t, again.Files()[1]))
			require.Equal(t, sum(b), again.Files()[0].Metadata().Md5)

			over, err := resumableClient(t, url).Resume(t.Context(), state)
			require.NoError(t, err)
			require.NoError(t, over.Upload(), "there is nothing left to do")
		})
	}
}

func TestResumeAfterServerForgot(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	b := random(large)
	state := interrupted(t, s, url, write(t, "big", b))
	s.mu.Lock()
	clear(s.uploads)
	s.mu.Unlock()
	u, err := resumableClient(t, url).Resume(t.Context(), state)
	require.NoError(t, err)
	require.NoError(t, u.Upload())
	require.Equal(t, b, content(t, u.Files()[0]))
}

// interrupted leaves an upload behind that is not complete.
func interrupted(t *testing.T, s *tusServer, url, path string) *plik.State {
	t.Helper()
	u := resumableClient(t, url).NewUpload()
	_, err := u.AddFileFromPath(path)
	require.NoError(t, err)
	u.OnCheckpoint(func(*plik.State) {})
	ctx, cancel := context.WithCancel(t.Context())
	s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
		if patch == 3 {
			cancel()
			cut(w)
		}
		return patch == 3
	})
	require.ErrorIs(t, u.UploadContext(ctx), context.Canceled)
	s.setFault(nil)
	state, err := u.State()
	require.NoError(t, err)
	return state
}

func TestResumeRefusesAnotherFile(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(path string, b []byte){
		"other bytes": func(path string, b []byte) {
			info, err := os.Stat(path)
			require.NoError(t, err)
			b[5] ^= 1
			require.NoError(t, os.WriteFile(path, b, 0o600))
			require.NoError(t, os.Chtimes(path, time.Time{}, info.ModTime()))
		},
		"other length": func(path string, b []byte) { require.NoError(t, os.Truncate(path, 5)) },
		"touched":      func(path string, b []byte) { require.NoError(t, os.Chtimes(path, time.Time{}, time.Unix(1, 0))) },
	} {
		b := random(large)
		path := write(t, "big", b)
		s, url := newTus(t)
		state := interrupted(t, s, url, path)
		change(path, b)
		_, err := resumableClient(t, url).Resume(t.Context(), state)
		require.ErrorIs(t, err, plik.ErrChanged, what)
	}
	path := write(t, "big", random(large))
	s, url := newTus(t)
	state := interrupted(t, s, url, path)
	require.NoError(t, os.Remove(path))
	_, err := resumableClient(t, url).Resume(t.Context(), state)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = client(t, "http://127.0.0.1:1").Resume(t.Context(), state)
	require.ErrorContains(t, err, "the upload is on "+url)
	state.Version = 2
	_, err = resumableClient(t, url).Resume(t.Context(), state)
	require.ErrorIs(t, err, plik.ErrNotResumable)
}

func TestStateOfWhatCannotBeResumed(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	c := resumableClient(t, url)
	u := c.NewUpload()
	_, err := u.State()
	require.EqualError(t, err, "upload has not been created yet")
	u.AddFileFromReader("name", bytes.NewReader(random(large)))
	s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
		if patch > 0 {
			http.Error(w, "no", http.StatusForbidden)
		}
		return patch > 0
	})
	require.Error(t, u.Upload())
	state, err := u.State()
	require.NoError(t, err)
	_, err = c.Resume(t.Context(), state)
	require.ErrorIs(t, err, plik.ErrNotResumable)

	stream := c.NewUpload()
	stream.Stream = true
	require.NoError(t, stream.Create())
	_, err = stream.State()
	require.ErrorIs(t, err, plik.ErrNotResumable)
}
