package openapitest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// document is the OpenAPI document, with its paths ready to be matched.
type document struct {
	*openapi3.T
	paths  []path                // literal segments before variables
	common map[string]bool       // headers that any answer may carry
	other  *openapi3.ResponseRef // the answer to a method that a path does not know
}

type path struct {
	template string
	segments []string // "{...}" matches any one segment that is not empty
	item     *openapi3.PathItem
}

func load(ctx context.Context, spec []byte) (*document, error) {
	doc, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("load the document: %w", err)
	}
	if err := doc.Validate(ctx, openapi3.EnableSchemaFormatValidation(), openapi3.EnableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("invalid document: %w", err)
	}
	d := &document{T: doc, common: map[string]bool{}}
	for _, template := range doc.Paths.InMatchingOrder() {
		d.paths = append(d.paths, path{template, split(template), doc.Paths.Value(template)})
	}
	names, _ := doc.Extensions["x-common-headers"].([]any)
	for _, name := range names {
		d.common[http.CanonicalHeaderKey(fmt.Sprint(name))] = true
	}
	if d.other = doc.Components.Responses["MethodNotAllowed"]; d.other == nil {
		return nil, errors.New("invalid document: components/responses/MethodNotAllowed is missing")
	}
	return d, nil
}

// match finds the template and operation of a request below prefix. A nil operation
// means that the path is there and the method is not.
func (d *document) match(method string, u *url.URL, prefix string) (template string, op *openapi3.Operation, err error) {
	escaped, ok := strings.CutPrefix(u.EscapedPath(), prefix)
	if !ok {
		return "", nil, fmt.Errorf("the path is not below %s", prefix)
	}
	got := split(escaped)
	for _, p := range d.paths {
		if !p.matches(got) {
			continue
		}
		if op := p.item.GetOperation(method); op != nil {
			return p.template, op, nil
		}
		if template == "" {
			template = p.template
		}
	}
	if template == "" {
		return "", nil, errors.New("the path is not documented")
	}
	return template, nil, nil
}

func (p path) matches(got []string) bool {
	if len(got) != len(p.segments) {
		return false
	}
	for i, want := range p.segments {
		if variable := strings.HasPrefix(want, "{"); variable && got[i] == "" || !variable && got[i] != want {
			return false
		}
	}
	return true
}

func split(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }
