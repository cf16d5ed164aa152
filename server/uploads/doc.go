// Package uploads is what Plik does with uploads: create, receive, hand out, stream,
// remove. It knows neither HTTP nor SQL: requests come in as plain values, metadata
// goes through Store, bytes through data.Backend.
package uploads
