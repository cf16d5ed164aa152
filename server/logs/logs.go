// Package logs sets up the daemon's log: one line an event, as text or as JSON.
package logs

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strconv"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/middleware"
)

// New returns a logger that writes to out. level is DEBUG, INFO, WARNING or CRITICAL,
// anything else counts as INFO; json chooses JSON lines over text.
func New(out io.Writer, level string, json bool) *logrus.Logger {
	l := logrus.New()
	l.SetOutput(out)
	switch level {
	case "DEBUG":
		l.SetLevel(logrus.DebugLevel)
	case "WARNING":
		l.SetLevel(logrus.WarnLevel)
	case "CRITICAL":
		l.SetLevel(logrus.ErrorLevel)
	}
	if json {
		l.SetFormatter(&logrus.JSONFormatter{TimestampFormat: time.RFC3339Nano})
	} else {
		l.SetFormatter(Text{})
	}
	return l
}

// Text formats lines as operators of Plik know them:
//
//	[11/23/2026 21:04:02][INFO    ][[127.0.0.1][upload][file]] GET /file/… [200 OK] (1.2ms) ref=… in=0 out=5
type Text struct{}

var levels = map[logrus.Level]string{
	logrus.PanicLevel: "CRITICAL", logrus.FatalLevel: "CRITICAL", logrus.ErrorLevel: "CRITICAL",
	logrus.WarnLevel: "WARNING ", logrus.InfoLevel: "INFO    ", logrus.DebugLevel: "DEBUG   ", logrus.TraceLevel: "DEBUG   ",
}

// Format implements logrus.Formatter.
func (Text) Format(e *logrus.Entry) ([]byte, error) {
	b := e.Buffer
	if b == nil {
		b = &bytes.Buffer{}
	}
	b.WriteByte('[')
	b.Write(e.Time.AppendFormat(b.AvailableBuffer(), "01/02/2006 15:04:05"))
	b.WriteString("][")
	b.WriteString(levels[e.Level])
	b.WriteByte(']')
	if e.Message == middleware.AccessMessage && e.Data["status"] != nil {
		access(b, e.Data)
	} else {
		b.WriteByte(' ')
		clean(b, e.Message)
		rest(b, e.Data)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func access(b *bytes.Buffer, d logrus.Fields) {
	fmt.Fprintf(b, "[[%v]", d["ip"])
	for _, k := range []string{"upload", "file"} {
		if v, ok := d[k]; ok {
			b.WriteByte('[')
			clean(b, fmt.Sprint(v))
			b.WriteByte(']')
		}
	}
	status, _ := d["status"].(int)
	text := http.StatusText(status)
	if status == middleware.StatusClientGone {
		text = "Client Gone"
	}
	took, _ := d["took"].(time.Duration)
	fmt.Fprintf(b, "] %v %v [%d %s] (%s)", d["method"], d["path"], status, text, took.Round(10*time.Microsecond))
	for _, k := range []string{"ref", "user", "by", "in", "out", "aborted", "error"} {
		if v, ok := d[k]; ok {
			field(b, k, v)
		}
	}
}

func rest(b *bytes.Buffer, d logrus.Fields) {
	keys := make([]string, 0, len(d))
	for k := range d {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		field(b, k, d[k])
	}
}

func field(b *bytes.Buffer, key string, v any) {
	b.WriteByte(' ')
	b.WriteString(key)
	b.WriteByte('=')
	switch v := v.(type) {
	case string:
		b.Write(strconv.AppendQuote(b.AvailableBuffer(), v))
	case int64:
		b.Write(strconv.AppendInt(b.AvailableBuffer(), v, 10))
	case error:
		b.Write(strconv.AppendQuote(b.AvailableBuffer(), v.Error()))
	default:
		clean(b, fmt.Sprint(v))
	}
}

// clean writes s without what could start a line of its own or command a terminal.
func clean(b *bytes.Buffer, s string) {
	for _, r := range s {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
		} else {
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
}
