package openapitest_test

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/docs/api"
	"github.com/root-gg/plik/testing/openapitest"
)

// TestRoutes holds the list of what is documented, so that a path cannot get lost unnoticed.
func TestRoutes(t *testing.T) {
	t.Parallel()
	want := []string{
		"DELETE /file/{uploadID}/{fileID}/{filename}",
		"DELETE /me",
		"DELETE /me/sessions",
		"DELETE /me/token/{token}",
		"DELETE /me/uploads",
		"DELETE /stream/{uploadID}/{fileID}/{filename}",
		"DELETE /tus/{tusID}",
		"DELETE /upload/{uploadID}",
		"DELETE /user/{userID}",
		"GET /archive/{uploadID}/{filename}",
		"GET /auth/logout",
		"GET /auth/{provider}/callback",
		"GET /auth/{provider}/login",
		"GET /config",
		"GET /config/effective",
		"GET /file/{uploadID}/{fileID}/{filename}",
		"GET /health",
		"GET /me",
		"GET /me/device/{userCode}",
		"GET /me/stats",
		"GET /me/token",
		"GET /me/uploads",
		"GET /qrcode",
		"GET /ready",
		"GET /relay/{uploadID}/{fileID}",
		"GET /stats",
		"GET /stats/series",
		"GET /stats/top",
		"GET /stream/{uploadID}/{fileID}/{filename}",
		"GET /upload/{uploadID}",
		"GET /uploads",
		"GET /user/{userID}",
		"GET /users",
		"GET /version",
		"HEAD /archive/{uploadID}/{filename}",
		"HEAD /auth/logout",
		"HEAD /auth/{provider}/callback",
		"HEAD /auth/{provider}/login",
		"HEAD /config",
		"HEAD /config/effective",
		"HEAD /file/{uploadID}/{fileID}/{filename}",
		"HEAD /health",
		"HEAD /me",
		"HEAD /me/device/{userCode}",
		"HEAD /me/stats",
		"HEAD /me/token",
		"HEAD /me/uploads",
		"HEAD /qrcode",
		"HEAD /ready",
		"HEAD /relay/{uploadID}/{fileID}",
		"HEAD /stats",
		"HEAD /stats/series",
		"HEAD /stats/top",
		"HEAD /stream/{uploadID}/{fileID}/{filename}",
		"HEAD /tus/{tusID}",
		"HEAD /upload/{uploadID}",
		"HEAD /uploads",
		"HEAD /user/{userID}",
		"HEAD /users",
		"HEAD /version",
		"OPTIONS /tus/",
		"PATCH /tus/{tusID}",
		"POST /",
		"POST /auth/device",
		"POST /auth/device/token",
		"POST /auth/local/login",
		"POST /auth/logout",
		"POST /file/{uploadID}",
		"POST /file/{uploadID}/{fileID}/{filename}",
		"POST /me/device/{userCode}",
		"POST /me/token",
		"POST /stream/{uploadID}",
		"POST /stream/{uploadID}/{fileID}/{filename}",
		"POST /tus/",
		"POST /tus/{tusID}",
		"POST /upload",
		"POST /upload/{uploadID}/unlock",
		"POST /user",
		"POST /user/{userID}",
		"PUT /file/{uploadID}/{fileID}/{filename}",
		"PUT /stream/{uploadID}/{fileID}/{filename}",
		"PUT /{filename}",
	}
	got := slices.Sorted(maps.Keys(openapitest.New(t).Routes()))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documented routes (-want +got):\n%s", diff)
	}
}

// TestOperations checks what holds of every operation and every answer.
func TestOperations(t *testing.T) {
	t.Parallel()
	for template, item := range openapitest.New(t).Document().Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + template
			assert.NotEmpty(t, op.OperationID, name)
			assert.NotEmpty(t, op.Summary, name)
			assert.False(t, op.Responses.Value("200") == nil && op.Responses.Value("201") == nil && op.Responses.Value("204") == nil && op.Responses.Value("302") == nil, "%s has no success", name)
			for text, ref := range op.Responses.Map() {
				status, err := strconv.Atoi(text)
				require.NoError(t, err, "%s: every status is a number, never a default", name)
				checkAnswer(t, name+" "+text, status, ref.Value)
			}
		}
		if item.Get != nil {
			require.NotNil(t, item.Head, "%s has GET and no HEAD", template)
			for text, ref := range item.Head.Responses.Map() {
				get := item.Get.Responses.Value(text)
				require.NotNil(t, get, "HEAD %s answers %s, GET does not", template, text)
				assert.Same(t, get.Value, ref.Value, "%s %s differs between GET and HEAD", template, text)
			}
		}
	}
}

func checkAnswer(t *testing.T, name string, status int, answer *openapi3.Response) {
	t.Helper()
	id := answer.Headers["X-Request-Id"]
	require.NotNil(t, id, "%s has no X-Request-Id", name)
	assert.True(t, id.Value.Required, "%s: X-Request-Id is optional", name)
	if status < 400 {
		return
	}
	assert.ElementsMatch(t, []string{"text/plain", "application/problem+json"}, slices.Collect(maps.Keys(answer.Content)), name)
	require.NotNil(t, answer.Headers["X-Content-Type-Options"], "%s has no nosniff", name)
	if status >= http.StatusInternalServerError {
		assert.Contains(t, answer.Content["application/problem+json"].Schema.Value.Required, "ref", name)
	}
}

// TestAnswersAreClosed makes sure that no JSON object of an answer lets an unknown field pass.
func TestAnswersAreClosed(t *testing.T) {
	t.Parallel()
	doc := openapitest.New(t).Document()
	checked := map[*openapi3.Schema]bool{}
	for template, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status, ref := range op.Responses.Map() {
				for mediaType, media := range ref.Value.Content {
					checkClosed(t, method+" "+template+" "+status+" "+mediaType, media.Schema.Value, checked)
				}
			}
		}
	}
	require.NotEmpty(t, checked)
}

func checkClosed(t *testing.T, name string, schema *openapi3.Schema, checked map[*openapi3.Schema]bool) {
	t.Helper()
	if schema == nil || checked[schema] {
		return
	}
	checked[schema] = true
	if schema.Type.Is("object") {
		more := schema.AdditionalProperties
		closed := more.Has != nil && !*more.Has
		assert.True(t, closed || more.Schema != nil, "%s: object without additionalProperties", name)
		if more.Schema != nil {
			checkClosed(t, name, more.Schema.Value, checked)
		}
	}
	for field, property := range schema.Properties {
		checkClosed(t, name+"/"+field, property.Value, checked)
	}
	if schema.Items != nil {
		checkClosed(t, name, schema.Items.Value, checked)
	}
	for _, one := range slices.Concat(schema.OneOf, schema.AnyOf, schema.AllOf) {
		checkClosed(t, name, one.Value, checked)
	}
}

// TestSpecIsACopy makes sure that nobody can change the embedded document.
func TestSpecIsACopy(t *testing.T) {
	t.Parallel()
	api.Spec()[0] = '!'
	require.NotEqual(t, byte('!'), api.Spec()[0])
}
