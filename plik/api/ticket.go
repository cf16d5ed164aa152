package api

import "time"

// Ticket answers POST /upload/{uploadID}/unlock: it stands for the password, as a cookie or as ?ticket=.
type Ticket struct {
	Ticket   string    `json:"ticket"`
	ExpireAt time.Time `json:"expireAt"`
}
