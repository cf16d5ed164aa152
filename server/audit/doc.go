// Package audit writes down who did what: one JSON object a line for every event that security
// depends on, to a file of its own or to a standard stream.
package audit
