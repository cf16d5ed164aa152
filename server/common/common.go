// Package common has the names under which programs written against Plik 1.3 know the types of
// package plik. New programs do without it.
package common

import "github.com/root-gg/plik/plik"

// The types that package plik hands out.
type (
	Upload        = plik.UploadMetadata
	File          = plik.FileMetadata
	BuildInfo     = plik.BuildInfo
	Configuration = plik.Configuration
)

// The states of a file.
const (
	FileMissing   = plik.StatusMissing
	FileUploading = plik.StatusUploading
	FileUploaded  = plik.StatusUploaded
	FileRemoved   = plik.StatusRemoved
	FileDeleted   = plik.StatusDeleted
)
