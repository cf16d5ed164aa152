package term

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Copy puts text into the clipboard: with the program that the desktop has for it, else by asking the terminal
// (OSC 52), which may be far away. getenv is os.Getenv; tty may be nil.
func Copy(ctx context.Context, text string, getenv func(string) string, tty *os.File) error {
	for _, words := range clipboards(getenv) {
		path, err := exec.LookPath(words[0])
		if err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, path, words[1:]...)
		cmd.Stdin = strings.NewReader(text)
		cmd.WaitDelay = time.Second // for what goes on in the background to serve the clipboard
		if err := cmd.Run(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
			return fmt.Errorf("unable to copy to the clipboard with %s : %w", words[0], err)
		}
		return nil
	}
	if Is(tty) && getenv("TERM") != "dumb" {
		_, err := fmt.Fprintf(tty, "\x1b]52;c;%s\a", base64.StdEncoding.EncodeToString([]byte(text)))
		return err
	}
	return errors.New("unable to copy to the clipboard, none was found")
}

// clipboards returns the commands that take text for the clipboard.
func clipboards(getenv func(string) string) [][]string {
	switch runtime.GOOS {
	case "darwin":
		return [][]string{{"pbcopy"}}
	case "windows":
		return [][]string{{"clip.exe"}}
	}
	var out [][]string
	if getenv("WAYLAND_DISPLAY") != "" {
		out = append(out, []string{"wl-copy"})
	}
	if getenv("DISPLAY") != "" {
		out = append(out, []string{"xclip", "-selection", "clipboard"}, []string{"xsel", "--clipboard", "--input"})
	}
	return out
}
