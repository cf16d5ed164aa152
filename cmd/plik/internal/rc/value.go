package rc

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Errors of values name no value, which may be secret.
var (
	errBool   = errors.New("expecting true or false")
	errInt    = errors.New("expecting a whole number")
	errString = errors.New("expecting a text in quotes")
	errText   = errors.New("it is not UTF-8")
	errList   = errors.New(`expecting a list of texts such as ["a", "b"]`)
)

// parse turns text, of the environment or a command line, into the value of k as TOML has it.
func (k Key) parse(text string) (any, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, errText
	}
	switch {
	case k.Bool:
		switch strings.ToLower(text) {
		case "true", "1", "yes", "on":
			return true, nil
		case "false", "0", "no", "off":
			return false, nil
		}
		return nil, errBool
	case k.Name == ttlKey:
		n, err := ParseTTL(text)
		return int64(n), err
	}
	var c Config
	switch k.field(&c).Kind() {
	case reflect.Int:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return nil, errInt
		}
		return n, nil
	case reflect.Slice:
		return parseList(text)
	default:
		return text, nil
	}
}

// parseList reads a JSON array, or texts with commas between.
func parseList(text string) ([]any, error) {
	list := []any{}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		if json.Unmarshal([]byte(text), &list) != nil {
			return nil, errList
		}
		for _, v := range list {
			if _, ok := v.(string); !ok {
				return nil, errList
			}
		}
		return list, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}

func formatList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	b, _ := json.Marshal(list) // texts always do
	return string(b)
}

// assign sets k to a value of TOML.
func (k Key) assign(c *Config, value any) error {
	field := k.field(c)
	if k.Name == ttlKey {
		if text, ok := value.(string); ok {
			n, err := ParseTTL(text)
			value = int64(n)
			if err != nil {
				return err
			}
		}
	}
	switch field.Kind() {
	case reflect.Bool:
		b, ok := value.(bool)
		if !ok {
			return errBool
		}
		field.SetBool(b)
	case reflect.Int:
		n, ok := value.(int64)
		if !ok || n != int64(int32(n)) && k.Name != ttlKey {
			return errInt
		}
		field.SetInt(n)
	case reflect.Slice:
		items, ok := value.([]any)
		if !ok {
			return errList
		}
		list := make([]string, 0, len(items))
		for _, item := range items {
			s, ok := item.(string)
			if !ok {
				return errList
			}
			list = append(list, s)
		}
		field.Set(reflect.ValueOf(list))
	default:
		s, ok := value.(string)
		if !ok {
			return errString
		}
		field.SetString(s)
	}
	if k.Name == urlKey {
		u, err := ParseURL(c.URL)
		if err != nil {
			return err
		}
		c.URL = u
	}
	return nil
}
