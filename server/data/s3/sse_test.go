package s3_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/s3"
)

// client returns minio-go alone, for the same server and bucket.
func client(t testing.TB) (*minio.Core, string) {
	t.Helper()
	o := server(t)
	openWith(t, o) // makes the bucket
	transport, err := minio.DefaultTransport(o.UseSSL)
	require.NoError(t, err)
	transport.TLSClientConfig.RootCAs = roots(t, o.CACert)
	c, err := minio.NewCore(o.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(o.AccessKeyID, o.SecretAccessKey, ""), Secure: o.UseSSL,
		Transport: transport, Region: "us-east-1",
	})
	require.NoError(t, err)
	t.Cleanup(transport.CloseIdleConnections)
	return c, o.Bucket
}

// An object with a key is nothing without it: a store that takes the key and forgets it would
// pass any round trip.
func TestSSEC(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int{"one request": 1000, "parts": 20 * mib} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(o *s3.Options) { o.SSE, o.PartSize = s3.SSEC, s3.MinPartSize })
			whole, pieces := newKey(), newKey()
			whole = put(t, s, whole, content(13, length), -1)
			appendTo(t, s, pieces.File, 0, content(14, length))
			stored, err := s.Finish(t.Context(), pieces.File, pieces, int64(length))
			require.NoError(t, err)
			pieces.Details = stored.Details
			requireObject(t, s, whole, content(13, length))
			requireObject(t, s, pieces, content(14, length))
			require.NotEqual(t, whole.Details, pieces.Details)
			for _, key := range []data.Key{whole, pieces} {
				require.Regexp(t, `^\{"SSEKey":"[A-Za-z0-9]{32}"\}$`, key.Details)
				for _, details := range []string{"", `{}`, `{"SSEKey":"` + strings.Repeat("x", 32) + `"}`} {
					wrong := key
					wrong.Details = details
					_, err := s.Open(t.Context(), wrong, data.Range{})
					require.Error(t, err, details)
					require.NotEqual(t, core.KindNotFound, core.KindOf(err), "%v", err)
				}
				require.NoError(t, s.Delete(t.Context(), data.Key{File: key.File}), "which needs no key")
				_, err := s.Open(t.Context(), key, data.Range{})
				require.Equal(t, core.KindNotFound, core.KindOf(err))
			}
		})
	}
}

// The key of what was finished is found again by who did not come to note it down, for a while.
func TestFinishedKey(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := open(t, func(o *s3.Options) { o.SSE, o.Now = s3.SSEC, now.Now })
	key := newKey()
	appendTo(t, s, key.File, 0, content(15, 1000))
	var all []string
	for range 2 {
		stored, err := s.Finish(t.Context(), key.File, key, 1000)
		require.NoError(t, err)
		all = append(all, stored.Details)
	}
	require.Equal(t, all[0], all[1])
	key.Details = all[0]
	requireObject(t, s, key, content(15, 1000))
	require.Empty(t, partials(t, s), "it is still of use")
	now.add(8 * 24)
	left := partials(t, s)
	require.Len(t, left, 1)
	now.add(-2 * 24)
	require.False(t, discard(t, s, left[0]))
	now.add(2 * 24)
	require.True(t, discard(t, s, left[0]))
	require.Empty(t, partials(t, s))
	requireObject(t, s, key, content(15, 1000))
}

// SSE-S3 shows in what the store says of the object.
func TestSSES3(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *s3.Options) { o.SSE, o.Prefix = s3.SSES3, "encrypted" })
	c, bucket := client(t)
	for _, length := range []int{10, 20 * mib} {
		key, grown := put(t, s, newKey(), content(16, length), -1), newKey()
		appendTo(t, s, grown.File, 0, content(16, length))
		_, err := s.Finish(t.Context(), grown.File, grown, int64(length))
		require.NoError(t, err)
		require.Empty(t, key.Details)
		for _, id := range []core.FileID{key.File, grown.File} {
			info, err := c.StatObject(t.Context(), bucket, "encrypted/"+string(id), minio.StatObjectOptions{})
			require.NoError(t, err)
			require.Equal(t, "AES256", info.Metadata.Get("X-Amz-Server-Side-Encryption"))
		}
	}
}

// Objects that were written by others: with or without a prefix, in clear or with a key.
func TestReadsOthers(t *testing.T) {
	t.Parallel()
	c, bucket := client(t)
	const sseKey = "0123456789abcdefghijABCDEFGHIJ-_"
	sse, err := encrypt.NewSSEC([]byte(sseKey))
	require.NoError(t, err)
	for name, k := range map[string]struct {
		prefix, given string
		sse           encrypt.ServerSide
		details       string
		now           string
	}{
		"plain":            {now: s3.NoSSE},
		"prefix":           {prefix: "pre/", given: "pre"},
		"prefix, slash":    {prefix: "pre/", given: "pre/"},
		"SSE-C":            {sse: sse, details: `{"SSEKey":"` + sseKey + `"}`, now: s3.SSEC},
		"SSE-C of before":  {sse: sse, details: `{"SSEKey":"` + sseKey + `","Other":1}`},
		"plain before SSE": {now: s3.SSEC},
		"SSE-S3":           {sse: encrypt.NewSSE()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := server(t)
			o.Prefix, o.SSE = k.given, k.now
			s := openWith(t, o)
			for _, length := range []int{0, 10, 20 * mib} {
				key := newKey()
				key.Details = k.details
				want := content(17, length)
				_, err := c.Client.PutObject(t.Context(), bucket, k.prefix+string(key.File), bytes.NewReader(want), int64(length),
					minio.PutObjectOptions{ServerSideEncryption: k.sse, PartSize: 5 * mib, ContentType: "text/plain"})
				require.NoError(t, err)
				requireObject(t, s, key, want)
				if length > 0 {
					r, err := s.Open(t.Context(), key, data.Range{Offset: int64(length) - 3})
					require.NoError(t, err)
					got, err := io.ReadAll(r)
					require.NoError(t, err)
					require.Equal(t, want[length-3:], got)
					require.NoError(t, r.Close())
				}
				require.NoError(t, s.Delete(t.Context(), key))
				_, err = c.StatObject(t.Context(), bucket, k.prefix+string(key.File), minio.StatObjectOptions{ServerSideEncryption: k.sse})
				require.Equal(t, minio.NoSuchKey, minio.ToErrorResponse(err).Code)
			}
		})
	}
}
