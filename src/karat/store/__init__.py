"""REMEMBERS: the only SQL. One module a noun; functions take a Reader or a Writer and return domain values.

Callers write `from karat import store` and `store.projects.get(...)`, so that every touch of the database shows.
"""

from karat.store import (
    accounts,
    annotators,
    events,
    installation,
    items,
    projects,
    ratings,
    sign_in,
    specs,
    tokens,
)

__all__ = [
    "accounts",
    "annotators",
    "events",
    "installation",
    "items",
    "projects",
    "ratings",
    "sign_in",
    "specs",
    "tokens",
]
