package auth

import (
	"math"
	"net/http"
	"time"
)

// The cookies, as the web page and other clients know them.
const (
	SessionCookie = "plik-session"
	XSRFCookie    = "plik-xsrf"
	DeviceCookie  = "plik-device"
)

// SetCookies gives the browser a session, as New returned it. secure keeps the cookies off
// connections without TLS.
func (s *Sessions) SetCookies(w http.ResponseWriter, jwt, xsrf string, secure bool) {
	s.set(w, SessionCookie, jwt, s.lifetime, secure)
	s.set(w, XSRFCookie, xsrf, s.lifetime, secure)
}

// ClearCookies makes the browser forget its session.
func (s *Sessions) ClearCookies(w http.ResponseWriter, secure bool) {
	s.set(w, SessionCookie, "", -1, secure)
	s.set(w, XSRFCookie, "", -1, secure)
}

// SetDevice gives the browser a device, as NewDevice returned it, for a year.
func (s *Sessions) SetDevice(w http.ResponseWriter, device string, secure bool) {
	s.set(w, DeviceCookie, device, 365*24*time.Hour, secure)
}

// set sets a cookie, or clears it when age is negative.
func (s *Sessions) set(w http.ResponseWriter, name, value string, age time.Duration, secure bool) {
	setCookie(w, &http.Cookie{Name: name, Value: value, Path: s.path, HttpOnly: name != XSRFCookie, Secure: secure}, age)
}

// setCookie adds a cookie that other sites' requests do not carry, unless they bring the
// user here: a login elsewhere ends with that.
func setCookie(w http.ResponseWriter, c *http.Cookie, age time.Duration) {
	c.MaxAge = -1
	if age >= 0 {
		c.MaxAge = int(min(age/time.Second, math.MaxInt32))
	}
	c.SameSite = http.SameSiteLaxMode
	http.SetCookie(w, c)
}
