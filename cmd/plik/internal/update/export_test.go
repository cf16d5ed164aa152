package update

// Older is older, for tests.
func Older(a, b string) bool { return older(a, b) }
