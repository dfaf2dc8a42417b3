"""ANSWERS: permission, then reading. Law: a query gets a Reader and cannot write."""

from karat.queries import (
    installation,
    people,
)

__all__ = [
    "installation",
    "people",
]
