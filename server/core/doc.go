// Package core holds the domain of Plik: uploads, their files, the states a file
// goes through, and the errors every other package speaks. It imports the standard
// library only and knows nothing of HTTP, SQL or storage.
package core
