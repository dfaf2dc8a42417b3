"""Shapes on the wire, listed and never computed. Shared by the API and the Python client."""
