// Package cleaner takes away what is over: expired and removed uploads with their bytes,
// rows that belong to nothing, leftovers of uploads that never ended. It also keeps the list
// of running daemons, to tell the files an unclean death left half received from live ones.
//
// Several daemons may share a database and a store. A lease lets one of them clean at a time,
// and every change of state is a compare-and-set, so losing the lease costs time, never data.
package cleaner
