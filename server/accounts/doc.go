// Package accounts holds what can be done with users, their tokens and sessions.
package accounts
