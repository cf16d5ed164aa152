package core

import "time"

// Instance is one running daemon, as the others on the same database see it.
type Instance struct {
	ID     string // random, new at each start
	Host   string // boot id and process namespace: where PID means something; empty: unknown
	PID    int
	URL    string    // where the others reach it; empty: they cannot
	SeenAt time.Time // last sign of life
}

// Stats counts what the server holds.
type Stats struct {
	Users, Uploads, AnonymousUploads, Files int
	TotalSize, AnonymousSize                int64 // bytes
}

// Figures count what belongs together.
type Figures struct {
	Name    string // of the day, user or type
	Uploads int
	Files   int   // Uploaded
	Bytes   int64 // of these
}
