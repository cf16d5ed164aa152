// Package swift stores file bytes in OpenStack Swift.
//
// The object of a file is `<upload id>.<file id>` in a container. One that is larger than a segment,
// whose size was not known, or that arrived piece by piece is a static large object: a manifest of
// that name, and segments in the container `<Container>_segments`. There are also the unfinished
// objects; each is described by a small object of its own, for what a container lists may be behind.
//
//	put/<object>/<random>/<number>   segments of a Put
//	data/<id>/<name>                 segments of an unfinished object, and of what it became
//	unfinished/<id>                  its segments, in order
//	finished/<id>                    the object that it became
package swift
