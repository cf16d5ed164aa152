//go:build race

package archive_test

// raceDetector tells that everything is watched, and slow.
const raceDetector = true
