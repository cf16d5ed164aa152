package api

// NewUploadV1 is the body of POST /upload as clients before Plik 1.3 and ShareX
// send it: the files are an object under keys of the client's choice.
type NewUploadV1 struct {
	NewUpload
	Files map[string]*NewFile `json:"files"`
}

// UploadV1 answers a NewUploadV1.
type UploadV1 struct {
	ID                  string           `json:"id"`
	Creation            int64            `json:"uploadDate"` // Unix seconds
	TTL                 int              `json:"ttl"`
	DownloadDomain      string           `json:"downloadDomain"`
	Comments            string           `json:"comments"`
	Files               map[string]*File `json:"files"` // by file id
	UploadToken         string           `json:"uploadToken,omitempty"`
	Admin               bool             `json:"admin"` // always false
	Stream              bool             `json:"stream"`
	OneShot             bool             `json:"oneShot"`
	Removable           bool             `json:"removable"`
	ProtectedByPassword bool             `json:"protectedByPassword"`
	ProtectedByYubikey  bool             `json:"protectedByYubikey"` // always false
}
