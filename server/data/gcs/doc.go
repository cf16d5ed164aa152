// Package gcs stores file bytes in Google Cloud Storage.
//
// The object of a file is `[<Folder>/]<upload id>.<file id>`. What arrives piece by piece is below
// `[<Folder>/]unfinished/<id>/`, an object for each piece, named after its offset, until the service
// composes the object out of them, which moves no bytes. Nothing else is kept of it: what the service
// lists is what it has.
package gcs
