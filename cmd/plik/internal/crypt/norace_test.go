//go:build !race

package crypt_test

// raceDetector tells that everything is watched, and slow.
const raceDetector = false
