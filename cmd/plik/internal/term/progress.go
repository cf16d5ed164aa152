package term

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Progress shows how far transfers are. Its methods may be called by many goroutines at once.
type Progress interface {
	// Moved says how many bytes of transfer i are through, and how many there are (-1: unknown).
	Moved(i int, done, total int64)
	// Done says that transfer i is over, well or not.
	Done(i int, ok bool)
	// Above is where to write what must not disturb it, whole lines at a time; nil for anywhere.
	Above() io.Writer
	// Close leaves the last state on the screen.
	Close()
}

// Item is one transfer.
type Item struct {
	Name string
	Size int64 // bytes, -1: unknown
}

// Hidden shows nothing.
type Hidden struct{}

// Moved does nothing.
func (Hidden) Moved(int, int64, int64) {}

// Done does nothing.
func (Hidden) Done(int, bool) {}

// Above returns nil.
func (Hidden) Above() io.Writer { return nil }

// Close does nothing.
func (Hidden) Close() {}

const (
	maxBars  = 8   // more transfers share one bar
	maxWidth = 100 // columns
	refresh  = 200 * time.Millisecond
)

// Bars returns a progress with bars on a terminal: one for each of a few items, one for all of many.
func Bars(f *os.File, items []Item) Progress {
	p := &pool{mpb.New(mpb.WithOutput(f), mpb.WithRefreshRate(refresh), mpb.WithAutoRefresh()), max(0, Width(f)-maxWidth)}
	if len(items) > maxBars {
		return newTogether(p, items)
	}
	b := &bars{p: p.Progress}
	longest := 0
	for _, it := range items {
		longest = max(longest, utf8.RuneCountInString(Line(it.Name)))
	}
	for _, it := range items {
		name := Line(it.Name)
		name += strings.Repeat(" ", longest-utf8.RuneCountInString(name))
		b.bars = append(b.bars, p.add(name+" : ", it.Size))
	}
	return b
}

// pool is where bars are added.
type pool struct {
	*mpb.Progress
	less int // columns that stay empty
}

// add adds a bar that is complete once that is said, whatever its numbers are.
func (p *pool) add(name string, size int64, more ...decor.Decorator) *mpb.Bar {
	known := size > 0
	counters := decor.Any(func(s decor.Statistics) string {
		if !known {
			return Size(s.Current) + " / ?"
		}
		return Size(s.Current) + " / " + Size(s.Total)
	})
	right := []decor.Decorator{
		decor.Conditional(known, decor.NewPercentage(" % .2f"), decor.Name("")),
		decor.AverageSpeed(decor.SizeB1024(0), " % .2f"),
		decor.Conditional(known, decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WC{C: decor.DextraSpace}), ""), decor.Name("")),
	}
	bar := p.New(0, mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding("-").Rbound("]"),
		mpb.BarFillerTrim(),
		mpb.BarFillerMiddleware(func(filler mpb.BarFiller) mpb.BarFiller {
			return mpb.BarFillerFunc(func(w io.Writer, s decor.Statistics) error {
				s.AvailableWidth = max(0, s.AvailableWidth-p.less)
				return filler.Fill(w, s)
			})
		}),
		mpb.PrependDecorators(decor.Name(name), counters, decor.Name(" ")),
		mpb.AppendDecorators(append(right, more...)...),
	)
	if known {
		bar.SetTotal(size, false)
	}
	return bar
}

// bars shows one bar for each item.
type bars struct {
	p    *mpb.Progress
	bars []*mpb.Bar
}

func (b *bars) Moved(i int, done, total int64) {
	if total > 0 {
		b.bars[i].SetTotal(total, false)
	}
	b.bars[i].SetCurrent(done)
}

func (b *bars) Done(i int, ok bool) {
	if ok {
		b.bars[i].SetTotal(-1, true)
		return
	}
	b.bars[i].Abort(false)
}

func (b *bars) Above() io.Writer { return b.p }

func (b *bars) Close() {
	for _, bar := range b.bars {
		bar.Abort(false)
	}
	b.p.Wait()
}

// together shows one bar for all items.
type together struct {
	p   *mpb.Progress
	bar *mpb.Bar

	mu       sync.Mutex
	done     []int64
	sum      int64
	finished int
}

func newTogether(p *pool, items []Item) *together {
	t := &together{p: p.Progress, done: make([]int64, len(items))}
	var size int64
	for _, it := range items {
		if it.Size < 0 {
			size = -1
			break
		}
		size += it.Size
	}
	count := decor.Any(func(decor.Statistics) string {
		t.mu.Lock()
		defer t.mu.Unlock()
		return fmt.Sprintf(" %d/%d files", t.finished, len(items))
	})
	t.bar = p.add("Total : ", size, count)
	return t
}

func (t *together) Moved(i int, done, _ int64) {
	t.mu.Lock()
	t.sum += done - t.done[i]
	t.done[i] = done
	sum := t.sum
	t.mu.Unlock()
	t.bar.SetCurrent(sum)
}

func (t *together) Done(int, bool) {
	t.mu.Lock()
	t.finished++
	last := t.finished == len(t.done)
	t.mu.Unlock()
	if last {
		t.bar.SetTotal(-1, true)
	}
}

func (t *together) Above() io.Writer { return t.p }

func (t *together) Close() {
	t.bar.Abort(false)
	t.p.Wait()
}

// Lines returns a progress for what is not a terminal: a line now and then, none for what is quick.
func Lines(w io.Writer, items []Item, every time.Duration) Progress {
	l := &lines{w: w, done: make([]int64, len(items)), start: time.Now(), stop: make(chan struct{})}
	for _, it := range items {
		if it.Size < 0 || l.total < 0 {
			l.total = -1
			continue
		}
		l.total += it.Size
	}
	l.wg.Go(func() { l.run(every) })
	return l
}

type lines struct {
	w     io.Writer
	total int64
	start time.Time
	stop  chan struct{}
	wg    sync.WaitGroup

	mu       sync.Mutex
	done     []int64
	finished int
}

func (l *lines) Moved(i int, done, _ int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done[i] = done
}

func (l *lines) Done(int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finished++
}

func (l *lines) Above() io.Writer { return nil }

func (l *lines) Close() {
	close(l.stop)
	l.wg.Wait()
}

func (l *lines) run(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			fmt.Fprintln(l.w, l.text(time.Since(l.start)))
		case <-l.stop:
			return
		}
	}
}

func (l *lines) text(elapsed time.Duration) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var sum int64
	for _, n := range l.done {
		sum += n
	}
	text := Size(sum)
	if l.total > 0 {
		text += fmt.Sprintf(" / %s  %.2f%%", Size(l.total), 100*float64(sum)/float64(l.total))
	}
	text += fmt.Sprintf("  %s/s", Size(int64(float64(sum)/max(elapsed.Seconds(), 0.001))))
	return fmt.Sprintf("%s  %d/%d files", text, l.finished, len(l.done))
}
