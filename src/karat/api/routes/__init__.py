"""One module a noun; every handler parses, calls, shapes."""
