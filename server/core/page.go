package core

// Page asks for a part of a list that is too long to be had whole.
type Page struct {
	Limit  int    // items at most, > 0
	Asc    bool   // smallest or oldest first, else last
	After  string // cursor: what follows it; empty: from the start
	Before string // cursor: what precedes it, in the list's order; not together with After
	Count  bool   // count all that match, too
}

// List is a page of items.
type List[T any] struct {
	Items  []T
	After  string // cursor to what follows; empty: nothing does
	Before string // cursor to what precedes; empty: nothing does, or the page was the first
	Total  int    // all that match, when asked for; else -1
}

// UploadFilter picks uploads that are not deleted.
type UploadFilter struct {
	Anyone bool   // of all users and of nobody; User then narrows it down if not empty
	User   UserID // owner; it must be set unless Anyone is
	Token  string // made with this API token; empty: any
	Query  string // part of a file name or of the comments, letters of either case; empty: any
	BySize bool   // only uploads with Uploaded files, by the sum of their sizes; else by creation
}

// UserFilter picks users.
type UserFilter struct {
	Provider string // empty: any
	Query    string // part of login, name or email, letters of either case; empty: any
}
