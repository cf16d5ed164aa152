package cli

import (
	"strings"

	"github.com/root-gg/plik/plik"
)

// fileCommand returns the command that fetches a file, to be pasted into a POSIX shell.
func fileCommand(s *settings, in *input, seal *seal, address string) string {
	command := s.DownloadBinary
	switch {
	case command == "curl" && s.protected():
		command = "curl -fs -u " + quote(s.Login) // it asks for the password
	case command == "curl":
		command = "curl -s"
	case command == "wget" && s.protected():
		command = "wget -q -O- --user=" + quote(s.Login) + " --ask-password"
	case command == "wget":
		command = "wget -q -O-"
	}
	command += ` "` + inDoubleQuotes(address) + `"`
	if seal != nil {
		command += " | " + seal.Command()
	}
	if in.archive != nil && in.archive.ExtractCommand() != "" {
		return command + " | " + in.archive.ExtractCommand()
	}
	return command + " > '" + strings.ReplaceAll(in.name, "'", `'\''`) + "'"
}

func (s *settings) protected() bool { return s.Login != "" && s.Password != "" }

// inDoubleQuotes returns an address so that a shell leaves it alone between double quotes.
func inDoubleQuotes(address string) string {
	return strings.NewReplacer("$", "%24", "`", "%60", `"`, "%22", `\`, "%5C", "!", "%21", "\n", "%0A").Replace(address)
}

// quote returns text as one word for a POSIX shell.
func quote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("%+,-./:=@_", r)
	}
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// addressOf returns the address of a file of an upload.
func addressOf(f *plik.File) (string, error) {
	u, err := f.GetURL()
	if err != nil {
		return "", err
	}
	return u.String(), nil
}
