package cli

func ttyName() string { return "CONIN$" }
