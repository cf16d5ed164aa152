// Package auth knows who a browser belongs to: it issues and verifies the session cookies,
// and logs people in with accounts they have elsewhere. It knows nothing of what users may do.
package auth
