package dump

// What tests need to write records that no dump should have.
type (
	GobUpload    = gobUpload
	GobDeletedAt = gobDeletedAt
)

// RegisterGob makes GobUpload known to gob.
func RegisterGob() { registerGob() }
