"""The HTTP face: routes parse, call one action or query, and shape the result."""
