"""ANSWERS: permission, then reading. Law: a query gets a Reader and cannot write."""

from karat.queries import (
    consensus,
    events,
    installation,
    items,
    overview,
    people,
    projects,
    review,
    specs,
)

__all__ = [
    "consensus",
    "events",
    "installation",
    "items",
    "overview",
    "people",
    "projects",
    "review",
    "specs",
]
