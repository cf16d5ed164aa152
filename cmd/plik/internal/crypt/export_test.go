package crypt

// Native tells whether cipher and options are built in.
func Native(cipher, args string) bool {
	r, err := parseRecipe(cipher, args)
	return err == nil && r.native
}
