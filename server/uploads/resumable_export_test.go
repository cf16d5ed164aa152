package uploads

// Internals that tests look at.
const CheckpointBytes = checkpointBytes

var CombineCRC32 = combineCRC32
