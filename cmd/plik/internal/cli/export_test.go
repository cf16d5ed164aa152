package cli

// What tests outside look at.
var (
	ParseRate      = parseRate
	Sendable       = sendable
	LocalName      = localName
	InDoubleQuotes = inDoubleQuotes
	Quote          = quote
	HidePassword   = hidePassword
	ExitCode       = exitCode
	TTLText        = ttlText
	SizeText       = sizeText
	Written        = written
)
