"""CHANGES: permission, rule, store, event, in one transaction that the edge opens and commits."""

from karat.actions import (
    accounts,
    annotations,
    assignments,
    imports,
    invitations,
    members,
    passwords,
    projects,
    recount,
    releases,
    reviews,
    sign_in,
    specs,
    tokens,
    uploads,
)

__all__ = [
    "accounts",
    "annotations",
    "assignments",
    "imports",
    "invitations",
    "members",
    "passwords",
    "projects",
    "recount",
    "releases",
    "reviews",
    "sign_in",
    "specs",
    "tokens",
    "uploads",
]
