package metadata

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
)

// class is what an error of a database means to us.
type class uint8

const (
	classOther      class = iota
	classConflict         // others were at it at once: it may be done again
	classConnection       // the server is not there, or not ready
	classFull
	classDuplicate
	classForeignKey
	classText   // no text that the database can hold
	classLong   // longer than the database can hold
	classRefuse // the server wants nothing to do with us
)

// Classes of PostgreSQL, see appendix A of its manual.
var postgresClasses = map[string]class{
	"40001": classConflict, "40P01": classConflict, "55P03": classConflict,
	"57P01": classConnection, "57P02": classConnection, "57P03": classConnection, "53300": classConnection, "25006": classConnection,
	"53100": classFull,
	"23505": classDuplicate,
	"23503": classForeignKey,
	"22021": classText, "22P05": classText,
	"22001": classLong,
	"28P01": classRefuse, "28000": classRefuse, "3D000": classRefuse, "42501": classRefuse,
}

// Classes of MySQL, see https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html.
var mysqlClasses = map[uint16]class{
	1213: classConflict, 1205: classConflict, 1020: classConflict,
	1040: classConnection, 1053: classConnection, 1203: classConnection, 1290: classConnection, 1792: classConnection,
	1836: classConnection, 1927: classConnection,
	1021: classFull, 1114: classFull,
	1062: classDuplicate, 1586: classDuplicate,
	1216: classForeignKey, 1217: classForeignKey, 1451: classForeignKey, 1452: classForeignKey,
	1300: classText, 1366: classText,
	1406: classLong,
	1044: classRefuse, 1045: classRefuse, 1049: classRefuse, 1130: classRefuse, 1142: classRefuse,
}

// classOf returns the class of an error of any of the databases.
func classOf(err error) class {
	if err == nil {
		return classOther
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		if c, ok := postgresClasses[e.Code]; ok {
			return c
		}
		// What is prepared does not fit the schema any more, which another process has changed.
		// The driver prepares it anew.
		if e.Code == "0A000" && e.Routine == "RevalidateCachedQuery" {
			return classConflict
		}
		if strings.HasPrefix(e.Code, "08") {
			return classConnection
		}
		return classOther
	}
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return mysqlClasses[e.Number]
	}
	if c := sqlCode(err); c != 0 {
		return sqliteClass(c)
	}
	if errors.Is(err, errNoText) {
		return classText
	}
	return networkClass(err)
}

func networkClass(err error) class {
	// A caller that gave up is no broken connection, though its error counts as a time-out of one.
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return classOther
	}
	for _, broken := range []error{
		driver.ErrBadConn, mysql.ErrInvalidConn, io.ErrUnexpectedEOF, io.EOF, net.ErrClosed,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, broken) {
			return classConnection
		}
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return classConnection
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return classConnection
	}
	return classOther
}

// withoutValues returns err without what MySQL quotes in it: that may be a token.
func withoutValues(err error) error {
	e, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		return err
	}
	clean := *e
	first, last := strings.IndexByte(e.Message, '\''), strings.LastIndexByte(e.Message, '\'')
	if first >= 0 && first < last {
		clean.Message = e.Message[:first] + "'...'" + e.Message[last+1:]
	} else if first >= 0 {
		clean.Message = e.Message[:first] + "'..."
	}
	return &clean
}
