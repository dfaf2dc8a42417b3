"""API tokens: made and revoked by the person they act for."""

from collections.abc import Collection
from datetime import datetime, timedelta

from karat import store
from karat.domain.accounts import SHOWN_TOKEN_CHARACTERS, token_hash
from karat.domain.errors import Problem, refuse_problems
from karat.domain.events import EventKind, NewEvent
from karat.domain.people import Actor, ApiToken
from karat.domain.permissions import Permission, person
from karat.store.connection import Writer


def create(
    tx: Writer,
    actor: Actor,
    *,
    name: str,
    secret: str,
    scope: Collection[str] | None,
    lifetime: timedelta,
    now: datetime,
) -> ApiToken:
    """Make a token that can do what its person can, or less."""
    account_id = person(actor)
    problems = [] if name.strip() else [Problem("name", "is empty. Name the token after the program that uses it.")]
    refuse_problems("the token cannot be created", problems + _check_scope(scope))
    token = store.tokens.add(
        tx,
        account_id,
        name=name.strip(),
        prefix=secret[:SHOWN_TOKEN_CHARACTERS],
        token_hash=token_hash(secret),
        scope=None if scope is None else frozenset(scope),
        expires_at=now + lifetime,
        now=now,
    )
    facts = {"token": token.id, "name": token.name, "scope": None if scope is None else sorted(set(scope))}
    store.events.append(tx, NewEvent(EventKind.TOKEN_CREATED, now, account_id, facts=facts))
    return token


def revoke(tx: Writer, actor: Actor, token_id: int, *, now: datetime) -> None:
    """End a token of one's own."""
    account_id = person(actor)
    store.tokens.get(tx, account_id, token_id)
    store.tokens.revoke(tx, token_id)
    store.events.append(tx, NewEvent(EventKind.TOKEN_REVOKED, now, account_id, facts={"token": token_id}))


def note_use(tx: Writer, token_id: int, *, now: datetime) -> None:
    """Keep when a token was last used, so that its owner sees which are forgotten."""
    store.tokens.note_use(tx, token_id, now=now)


def _check_scope(scope: Collection[str] | None) -> list[Problem]:
    known = {permission.value for permission in Permission}
    return [
        Problem("scope", f"{name!r} is not a permission. Choose from {', '.join(sorted(known))}.")
        for name in sorted(set(scope or ()) - known)
    ]
