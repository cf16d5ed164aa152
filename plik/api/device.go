package api

import "time"

// NewDeviceLogin is the body of POST /auth/device, which may also be empty.
type NewDeviceLogin struct {
	Comment string `json:"comment"` // what the program is: "plik on laptop"
}

// DeviceLogin answers POST /auth/device: the program shows UserCode and VerificationURI to its user, and
// asks POST /auth/device/token with DeviceCode every Interval seconds.
type DeviceLogin struct {
	DeviceCode              string `json:"deviceCode"` // secret
	UserCode                string `json:"userCode"`
	VerificationURI         string `json:"verificationUri"`
	VerificationURIComplete string `json:"verificationUriComplete"` // with the code in it
	ExpiresIn               int    `json:"expiresIn"`               // seconds
	Interval                int    `json:"interval"`                // seconds
}

// DeviceCode is the body of POST /auth/device/token.
type DeviceCode struct {
	DeviceCode string `json:"deviceCode"`
}

// DeviceRequest is what a user is asked to confirm.
type DeviceRequest struct {
	UserCode  string    `json:"userCode"`
	Comment   string    `json:"comment"`
	RemoteIP  string    `json:"remoteIp"`
	CreatedAt time.Time `json:"createdAt"`
	ExpireAt  time.Time `json:"expireAt"`
}

// DeviceDecision is the body of POST /me/device/{userCode}.
type DeviceDecision struct {
	Approve bool   `json:"approve"`
	Scope   string `json:"scope"` // of the token: "upload", "read" or "full"; empty: full
	TTL     int    `json:"ttl"`   // seconds until the token expires; 0: never
}
