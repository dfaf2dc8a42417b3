"""The Python client: what a notebook or pipeline needs to work with a Karat server."""
