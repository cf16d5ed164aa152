// Package plik sends files to a Plik server, and fetches, looks at and deletes them.
//
//	upload, file, err := plik.NewClient("https://plik.example.org").UploadFile("report.pdf")
//
// An [Upload] is a set of files with rules of its own: how long they live, whether each is handed out once,
// whether a password is needed. [Client] has the defaults. [Client.UploadFile] and [Client.UploadReader] do
// everything at once; step by step it is [Client.NewUpload], [Upload.AddFileFromPath] and the like, [Upload.Create],
// after which addresses are known, and [Upload.Upload], which sends.
//
// All that talks to the server comes twice: with a context, and without one as programs written against
// Plik 1.3 call it. The server may be one of Plik 1.3, too, which cannot do all of what follows.
//
// # Errors
//
// A refusal of the server is an [*Error] with status, code and text. [ErrDigest] means that bytes were altered
// on their way, [ErrChanged] that a file is no longer the one whose transfer began. Errors of several files
// are all found by [errors.Is] and [errors.As] in that of [Upload.Upload].
//
// # Lost connections
//
// What fails on the way is tried again where that can do no harm, with growing pauses, and no sooner than the
// server allows, see [Retry]:
//
//   - Requests that read or delete, and those that never reached the server.
//   - Files that are small or come from a path: when the answer got lost, the server is asked what it has.
//   - Large files go in pieces to servers that offer it (tus 1.0.0), see [Resumable]. After a failure the server is asked
//     where to go on, until it did not advance for [Retry].GiveUp. From readers that cannot seek one piece is
//     kept in memory for that. Files that are added after the upload was created go in one request, always.
//   - Downloads go on where they were if the server has the same file still (Range with If-Range). One-shot files and
//     streams are never asked for twice.
//
// [Upload.OnCheckpoint] hands out what another process needs to finish an upload with [Client.Resume]; [File.Save]
// goes on with what an earlier one left.
//
// # Checks
//
// The MD5 of what is sent is computed beside and compared with that of the server; the same goes for downloads. A server
// that tells no digest is believed.
//
// # Resources
//
// Files from paths are opened when it is their turn, a few at a time (Parallel of [Client]), and always closed. No
// goroutine outlives the call that started it, idle connections of the HTTP client aside, and readers of the caller's
// that do not return. Memory does not depend on the size of files.
package plik
