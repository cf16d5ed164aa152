package core

// Identity is who a request comes from. The zero Identity is anonymous.
type Identity struct {
	User  *User  // nil: anonymous
	Token *Token // the API token the user came with; nil: a session
	Admin bool   // may do what administrators may; never with a Token
	By    *User  // the administrator who acts as User; nil: User acts
}

// ID returns the user's id, empty when anonymous.
func (i Identity) ID() UserID {
	if i.User == nil {
		return ""
	}
	return i.User.ID
}

// Actor returns the id of who really acts, empty when anonymous.
func (i Identity) Actor() UserID {
	if i.By != nil {
		return i.By.ID
	}
	return i.ID()
}
