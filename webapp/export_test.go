package webapp

// Choose is choose, for the tests.
var Choose = choose
