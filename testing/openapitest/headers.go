package openapitest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkHeaders returns everything that is wrong with the headers, joined.
func (d *document) checkHeaders(want *openapi3.Response, got http.Header) error {
	var errs []error
	documented := map[string]bool{}
	for name, ref := range want.Headers {
		name = http.CanonicalHeaderKey(name)
		documented[name] = true
		values := got.Values(name)
		if len(values) == 0 {
			if ref.Value.Required {
				errs = append(errs, fmt.Errorf("header %s is missing", name))
			}
			continue
		}
		if err := checkHeader(ref.Value, values); err != nil {
			errs = append(errs, fmt.Errorf("header %s: %w", name, err))
		}
	}
	for name := range got {
		if !documented[name] && !d.common[name] {
			errs = append(errs, fmt.Errorf("header %s is not documented", name))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

func checkHeader(want *openapi3.Header, values []string) error {
	if len(values) > 1 {
		return fmt.Errorf("sent %d times", len(values))
	}
	if want.Schema == nil {
		return nil
	}
	var value any = values[0]
	if schema := want.Schema.Value; schema.Type.Is("integer") {
		n, err := strconv.ParseInt(values[0], 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not an integer", values[0])
		}
		value = n
	}
	return visit(want.Schema.Value, value)
}

// visit validates value, which is a string, an int64 or what encoding/json makes with UseNumber.
func visit(schema *openapi3.Schema, value any) error {
	return schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation(),
		openapi3.MultiErrors(), openapi3.SetSchemaErrorMessageCustomizer(describe))
}

// describe says where a value differs and how, without the whole schema.
func describe(e *openapi3.SchemaError) string {
	text := e.Reason
	if at := e.JSONPointer(); len(at) > 0 {
		text = "/" + strings.Join(at, "/") + ": " + text
	}
	if e.Origin != nil {
		text += ": " + e.Origin.Error()
	}
	return text
}
