"""ANSWERS: permission, then reading. Law: a query gets a Reader and cannot write."""

from karat.queries import (
    consensus,
    events,
    installation,
    items,
    media,
    overview,
    people,
    projects,
    releases,
    review,
    specs,
    work,
)

__all__ = [
    "consensus",
    "events",
    "installation",
    "items",
    "media",
    "overview",
    "people",
    "projects",
    "releases",
    "review",
    "specs",
    "work",
]
