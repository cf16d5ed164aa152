package plik

import (
	"time"

	"github.com/root-gg/plik/plik/api"
)

// UploadMetadata is an upload as the server tells of it. Field names and JSON are those that programs
// written against Plik 1.3 know.
type UploadMetadata struct {
	ID        string `json:"id"`
	TTL       int    `json:"ttl"` // seconds; zero or negative: never expires
	ExtendTTL bool   `json:"extend_ttl"`

	DownloadDomain string          `json:"downloadDomain"`
	RemoteIP       string          `json:"uploadIp,omitempty"`
	Comments       string          `json:"comments"`
	Files          []*FileMetadata `json:"files"`

	// UploadToken is the secret of whoever made the upload. Setting it on an upload that was fetched
	// gives its rights.
	UploadToken string `json:"uploadToken,omitempty"`
	User        string `json:"user,omitempty"`
	Token       string `json:"token,omitempty"`
	IsAdmin     bool   `json:"admin"` // the server lets us add and delete

	Stream              bool   `json:"stream"`
	OneShot             bool   `json:"oneShot"`
	Removable           bool   `json:"removable"`
	ProtectedByPassword bool   `json:"protectedByPassword"`
	Login               string `json:"login,omitempty"`
	Password            string `json:"password,omitempty"`

	CreatedAt time.Time  `json:"createdAt"`
	ExpireAt  *time.Time `json:"expireAt"` // nil: never
}

// FileMetadata is a file as the server tells of it.
type FileMetadata struct {
	ID        string    `json:"id"`
	Name      string    `json:"fileName"`
	Status    string    `json:"status"` // one of the Status constants
	Md5       string    `json:"fileMd5"`
	Type      string    `json:"fileType"`
	Size      int64     `json:"fileSize"` // bytes
	Reference string    `json:"reference"`
	CreatedAt time.Time `json:"createdAt"`
}

// What a server says of a file.
const (
	StatusMissing   = "missing"   // announced, its bytes have not come
	StatusUploading = "uploading" // bytes are coming, or a stream waits for its receiver
	StatusUploaded  = "uploaded"  // stored
	StatusRemoved   = "removed"   // no longer served
	StatusDeleted   = "deleted"   // gone; also a stream that was received
)

// BuildInfo tells of the version of a server.
type BuildInfo = api.BuildInfo

// Configuration is what a server lets everybody know of how it is set up. Features are "disabled",
// "enabled", "default" (clients should propose it) or "forced".
type Configuration struct {
	MaxFileSize      int64 `json:"maxFileSize"` // bytes; zero or negative: unlimited
	MaxUserSize      int64 `json:"maxUserSize"` // bytes; zero or negative: unlimited
	MaxFilePerUpload int   `json:"maxFilePerUpload"`
	DefaultTTL       int   `json:"defaultTTL"` // seconds
	MaxTTL           int   `json:"maxTTL"`     // seconds; zero or negative: no limit

	DownloadDomain      string   `json:"downloadDomain"`
	DownloadDomainAlias []string `json:"downloadDomainAlias"`
	AbuseContact        string   `json:"abuseContact"`

	FeatureAuthentication string `json:"feature_authentication"`
	FeatureOneShot        string `json:"feature_one_shot"`
	FeatureRemovable      string `json:"feature_removable"`
	FeatureStream         string `json:"feature_stream"`
	FeaturePassword       string `json:"feature_password"`
	FeatureComments       string `json:"feature_comments"`
	FeatureSetTTL         string `json:"feature_set_ttl"`
	FeatureExtendTTL      string `json:"feature_extend_ttl"`
	FeatureClients        string `json:"feature_clients"`
	FeatureGithub         string `json:"feature_github"`
	FeatureText           string `json:"feature_text"`

	Authentication       bool   `json:"authentication"`
	NoAnonymousUploads   bool   `json:"noAnonymousUploads"`
	OneShot              bool   `json:"oneShot"`
	Removable            bool   `json:"removable"`
	Stream               bool   `json:"stream"`
	ProtectedByPassword  bool   `json:"protectedByPassword"`
	GoogleAuthentication bool   `json:"googleAuthentication"`
	OvhAuthentication    bool   `json:"ovhAuthentication"`
	OvhAPIEndpoint       string `json:"ovhApiEndpoint"`

	GithubAuthentication bool   `json:"githubAuthentication,omitempty"`
	OidcAuthentication   bool   `json:"oidcAuthentication,omitempty"`
	OidcName             string `json:"oidcName,omitempty"`

	// ResumableUploads is where the server takes resumable uploads (tus 1.0.0), relative to its URL;
	// empty: it does not.
	ResumableUploads string `json:"resumableUploads,omitempty"`
}
