package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"
)

// Decode sets the fields of the struct that into points to from a backend table. A key
// sets the field of exactly the same name, or with that name as its toml tag; other keys
// are ignored, other fields kept. Whole numbers may come as floats, as JSON has them, and
// a time.Duration as text such as "1s" or as nanoseconds. The error joins all problems,
// naming keys and never values.
func Decode(table map[string]any, into any) error {
	ptr := reflect.ValueOf(into)
	if ptr.Kind() != reflect.Pointer || ptr.IsNil() || ptr.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("config: Decode needs a pointer to a struct, not %T", into)
	}
	v := ptr.Elem()
	var errs []error
	for f := range v.Type().Fields() {
		name := f.Tag.Get("toml")
		if name == "" {
			name = f.Name
		}
		value, ok := table[name]
		if !ok || !f.IsExported() || name == "-" {
			continue
		}
		if err := set(v.FieldByIndex(f.Index), value); err != nil {
			errs = append(errs, fmt.Errorf("invalid value for %s : %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// set stores a value of TOML or JSON in a field.
func set(field reflect.Value, value any) error {
	if field.Type() == reflect.TypeFor[time.Duration]() {
		if text, ok := value.(string); ok {
			d, err := time.ParseDuration(text)
			if err != nil {
				return errors.New(`expecting a duration such as "1s"`)
			}
			field.SetInt(int64(d))
			return nil
		}
	}
	switch field.Kind() {
	case reflect.String:
		s, ok := value.(string)
		if !ok {
			return expecting("a string", value)
		}
		field.SetString(s)
	case reflect.Bool:
		b, ok := value.(bool)
		if !ok {
			return expecting("true or false", value)
		}
		field.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, ok := whole(value)
		if !ok || field.OverflowInt(n) {
			return expecting("a whole number", value)
		}
		field.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, ok := whole(value)
		if !ok || n < 0 || field.OverflowUint(uint64(n)) {
			return expecting("a whole number, not negative", value)
		}
		field.SetUint(uint64(n))
	case reflect.Float32, reflect.Float64:
		return setFloat(field, value)
	case reflect.Slice:
		return setSlice(field, value)
	case reflect.Map:
		return setMap(field, value)
	default:
		return fmt.Errorf("a %s cannot be configured", field.Type())
	}
	return nil
}

func setFloat(field reflect.Value, value any) error {
	switch n := value.(type) {
	case float64:
		field.SetFloat(n)
	case int64:
		field.SetFloat(float64(n))
	default:
		return expecting("a number", value)
	}
	return nil
}

func setSlice(field reflect.Value, value any) error {
	list := reflect.ValueOf(value)
	if list.Kind() != reflect.Slice {
		return expecting("a list", value)
	}
	out := reflect.MakeSlice(field.Type(), list.Len(), list.Len())
	for i := range list.Len() {
		if err := set(out.Index(i), list.Index(i).Interface()); err != nil {
			return err
		}
	}
	field.Set(out)
	return nil
}

func setMap(field reflect.Value, value any) error {
	table, ok := value.(map[string]any)
	if !ok || field.Type().Key().Kind() != reflect.String {
		return expecting("a table", value)
	}
	out := reflect.MakeMapWithSize(field.Type(), len(table))
	for key, v := range table {
		elem := reflect.New(field.Type().Elem()).Elem()
		if err := set(elem, v); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(key).Convert(field.Type().Key()), elem)
	}
	field.Set(out)
	return nil
}

// whole returns the whole number that value is, if it is one and fits an int64.
func whole(value any) (int64, bool) {
	switch n := value.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64:
		// -2^63 and 2^63 are exact as floats; the latter is one too many.
		if n != math.Trunc(n) || n < math.MinInt64 || n >= -float64(math.MinInt64) {
			return 0, false
		}
		return int64(n), true
	}
	return 0, false
}

func expecting(what string, value any) error {
	return fmt.Errorf("expecting %s, not a %T", what, value)
}
