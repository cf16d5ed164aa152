package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
)

func getCommand() command {
	return command{
		name: "get", usage: "[options] URL ...", short: "Fetch files: resumes, verifies, decrypts and unpacks",
		long: `URL is the address of a file or of the page of an upload, whose files are all fetched; or the id of an upload.
What was cut off goes on where it was when the command is run again. Nothing that is there is replaced without
--force. The paths of what was fetched are printed, one a line.`,
		options: append(append(args.Set{
			{Short: "o", Long: "output", Value: "DIR", Help: "Where to put the files (.); - writes the one file to standard output", Files: true},
			{Short: "x", Long: "extract", Help: "Unpack archives into DIR"},
			{Short: "f", Long: "force", Help: "Replace files that are there"},
			{Long: "passphrase", Value: "PASSPHRASE", Help: "Passphrase of encrypted files; - asks for it"},
			{Long: "identity", Value: "FILE", Help: "File of secret keys of age, or an SSH key", Many: true, Files: true},
			{Long: "secret-key", Value: "FILE", Help: "File of secret keys of OpenPGP", Many: true, Files: true},
			{Long: "cipher", Value: "CIPHER", Help: "Cipher of openssl the files are encrypted with (aes-256-cbc)"},
			{Long: "secure-options", Value: "OPTIONS", Help: "Options of openssl they are encrypted with"},
			{Long: "no-decrypt", Help: "Leave encrypted files as they are"},
			optAskPassword(), optPassword(), optServer(), optToken(), optProfile(), optInsecure(),
		}, transferOptions()...), optJSON(), optQuiet(), optDebug(), optHelp()),
		run: (*app).get,
	}
}

// fetching is one run that fetches files.
type fetching struct {
	*app
	p     *args.Parsed
	s     *settings
	dir   string
	root  *os.Root
	taken map[string]bool // names of this run
	open  *opener
	got   []gotFile
}

// gotFile is a file that was fetched, as --json prints it.
type gotFile struct {
	Name string `json:"name"`
	Path string `json:"path"` // of the directory, if it was unpacked
	MD5  string `json:"md5"`  // of the bytes on the server; may be empty
	Size int64  `json:"size"` // bytes on the server
}

func (a *app) get(ctx context.Context, p *args.Parsed) error {
	if len(p.Operands) == 0 {
		return usage("Usage:\n  plik get [options] URL ...")
	}
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	s.askPass = p.On("p")
	g := &fetching{app: a, p: p, s: s, dir: p.Text("output"), taken: map[string]bool{}}
	if g.open, err = a.opener(ctx, s, p); err != nil {
		return err
	}
	if g.dir == "-" {
		return g.toStdout(ctx)
	}
	if g.dir == "" {
		g.dir = "."
	}
	if err := os.MkdirAll(g.dir, 0o777); err != nil {
		return fmt.Errorf("unable to make the directory : %w", err)
	}
	if g.root, err = os.OpenRoot(g.dir); err != nil {
		return fmt.Errorf("unable to open the directory : %w", err)
	}
	defer g.root.Close()
	var failed []error
	for _, text := range p.Operands {
		if err := g.upload(ctx, text); err != nil {
			if ctx.Err() != nil {
				return err
			}
			failed = append(failed, err)
		}
	}
	return g.end(failed)
}

// end prints what was fetched and returns what was not.
func (g *fetching) end(failed []error) error {
	if g.s.json {
		if err := g.json(append([]gotFile{}, g.got...)); err != nil {
			return err
		}
	}
	for _, f := range g.got {
		if !g.s.json {
			fmt.Fprintln(g.out, term.Line(f.Path))
		}
	}
	if len(failed) == 0 {
		return g.out.err
	}
	if len(g.got) > 0 {
		return coded(exitPartial, joined(failed))
	}
	return joined(failed)
}

// upload fetches what an address is of.
func (g *fetching) upload(ctx context.Context, text string) error {
	t, err := g.target(g.s, g.p, text)
	if err != nil {
		return err
	}
	_, u, err := g.fetch(ctx, t, true)
	if err != nil {
		return err
	}
	files, err := t.wanted(u)
	if err != nil {
		return err
	}
	var jobs []*job
	var failed []error
	for _, f := range files {
		j, err := g.job(f)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		jobs = append(jobs, j)
	}
	g.download(ctx, jobs, u.Metadata().Stream)
	for _, j := range jobs {
		if j.err == nil {
			j.err = g.place(ctx, j)
		}
		if j.err != nil {
			failed = append(failed, fmt.Errorf("%s : %w", term.Line(j.name), j.err))
		}
	}
	return joinedOrNil(failed)
}

// wanted returns the files of a target that can be fetched.
func (t *target) wanted(u *plik.Upload) ([]*plik.File, error) {
	if t.FileID != "" {
		f, err := t.file(u)
		if err != nil {
			return nil, err
		}
		return []*plik.File{f}, nil
	}
	var files []*plik.File
	for _, f := range u.Files() {
		switch status := f.Metadata().Status; {
		case status == plik.StatusUploaded, u.Metadata().Stream && (status == plik.StatusMissing || status == plik.StatusUploading):
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return nil, coded(exitNotFound, fmt.Errorf("there is no file to fetch in the upload %s", t.UploadID))
	}
	return files, nil
}

// job is one file on its way.
type job struct {
	f    *plik.File
	name string // in the directory
	raw  string // of the bytes as they came, in the directory
	err  error
}

// job finds a name for a file: what the server calls it, as far as that is harmless.
func (g *fetching) job(f *plik.File) (*job, error) {
	name := localName(f.Name)
	ext := filepath.Ext(name)
	for i := 2; g.taken[strings.ToLower(name)]; i++ {
		name = fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(localName(f.Name), ext), i, ext)
	}
	g.taken[strings.ToLower(name)] = true
	if _, err := g.root.Lstat(name); err == nil && !g.p.On("force") {
		return nil, fmt.Errorf("%s is there already, use --force to replace it", filepath.Join(g.dir, name))
	}
	return &job{f: f, name: name, raw: name + ".fetched"}, nil
}

// localName returns a name of a server as a file may be called anywhere.
func localName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) && os.PathSeparator == '\\' {
			return '_'
		}
		return r
	}, term.Line(sendable(name)))
	if os.PathSeparator == '\\' {
		name = strings.TrimRight(name, ". ")
	}
	for len(name) > 240 { // of 255, for the endings of what is not whole yet
		name = name[1:]
	}
	if name == "" || !filepath.IsLocal(name) {
		return "_" + strings.Trim(name, ".")
	}
	return name
}

// download fetches files, several at once; streams one after the other would make senders wait for nothing.
func (g *fetching) download(ctx context.Context, jobs []*job, stream bool) {
	items := make([]term.Item, len(jobs))
	for i, j := range jobs {
		items[i] = term.Item{Name: j.name, Size: j.f.Size}
		if j.f.Size == 0 && stream {
			items[i].Size = -1
		}
	}
	meter := g.meter(items)
	defer g.err.show(meter)()
	workers := g.s.Parallel
	if workers <= 0 {
		workers = 4
	}
	if stream {
		workers = len(jobs)
	}
	slots := make(chan struct{}, max(1, workers))
	var wg sync.WaitGroup
	for i, j := range jobs {
		slots <- struct{}{}
		wg.Go(func() {
			j.err = j.f.Save(ctx, g.root, j.raw, func(got, total int64) { meter.Moved(i, got, total) })
			meter.Done(i, j.err == nil)
			<-slots
		})
	}
	wg.Wait()
}

func (g *fetching) meter(items []term.Item) term.Progress {
	switch {
	case g.s.Quiet || g.s.Debug:
		return term.Hidden{}
	case term.Is(g.tty) && g.getenv("TERM") != "dumb":
		return term.Bars(g.tty, items)
	}
	return term.Lines(g.err, items, lineEvery)
}
