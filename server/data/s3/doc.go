// Package s3 stores file bytes in a bucket of Amazon S3 or of a server that speaks its protocol.
//
// An object is [Prefix/]<file id>. With SSE-C each has a key of its own, which is in its details:
// {"SSEKey":"<32 characters>"}. What is not whole is never an object: large ones are multipart
// uploads, which are completed or aborted. Next to the objects are, below names no file id has,
//
//	[Prefix/].unfinished/<file id>  how far an unfinished object has come, and its last bytes
//	[Prefix/].finished/<file id>    the key of one that was finished lately, with SSE-C only
//	[Prefix/].parts/<name>          a part in the making, of an object with very many
//
// Several processes may use one bucket at the same time.
package s3
