"""ANSWERS: permission, then reading. Law: a query gets a Reader and cannot write."""

from karat.queries import (
    consensus,
    events,
    installation,
    items,
    jobs,
    labels,
    media,
    overview,
    people,
    projects,
    releases,
    review,
    specs,
    uploads,
    work,
)

__all__ = [
    "consensus",
    "events",
    "installation",
    "items",
    "jobs",
    "labels",
    "media",
    "overview",
    "people",
    "projects",
    "releases",
    "review",
    "specs",
    "uploads",
    "work",
]
