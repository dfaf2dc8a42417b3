"""CHANGES: permission, rule, store, event, in one transaction that the edge opens and commits."""

from karat.actions import (
    accounts,
    annotations,
    assignments,
    passwords,
    projects,
    sign_in,
    tokens,
)

__all__ = [
    "accounts",
    "annotations",
    "assignments",
    "passwords",
    "projects",
    "sign_in",
    "tokens",
]
