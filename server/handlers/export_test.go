package handlers

// Routes lists the API as "METHOD /path".
func Routes() (list []string) {
	for _, r := range (&Handlers{}).routes() {
		list = append(list, r.method+" "+r.path)
		if r.method == "GET" {
			list = append(list, "HEAD "+r.path)
		}
	}
	return list
}
