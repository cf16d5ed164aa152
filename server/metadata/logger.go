package metadata

import (
	"time"

	"github.com/sirupsen/logrus"
	"gorm.io/gorm/logger"
)

// observe logs an operation that was slow, or any when debugging. It logs no values: they
// hold names, tokens and hashes.
func (s *Store) observe(op string, start time.Time) {
	took := time.Since(start)
	switch {
	case took > s.slow:
		s.log.WithFields(logrus.Fields{"op": op, "took": took}).Warn("slow metadata operation")
	case s.debug:
		s.log.WithFields(logrus.Fields{"op": op, "took": took}).Debug("metadata operation")
	}
}

// ormLogger logs GORM's statements, with placeholders in place of values. Errors are not
// logged here: they are returned.
func (s *Store) ormLogger() logger.Interface {
	if !s.debug {
		return logger.Discard
	}
	return logger.New(debugPrinter{s.log}, logger.Config{
		LogLevel:                  logger.Info,
		SlowThreshold:             s.slow,
		IgnoreRecordNotFoundError: true,
		ParameterizedQueries:      true,
	})
}

type debugPrinter struct{ log *logrus.Entry }

func (p debugPrinter) Printf(format string, args ...any) { p.log.Debugf(format, args...) }
