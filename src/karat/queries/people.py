"""Who acts, who belongs to a project, who is invited."""

from dataclasses import dataclass
from datetime import datetime

from karat import store
from karat.domain.accounts import TOKEN_USE_STEP
from karat.domain.people import Actor
from karat.store.connection import Reader


@dataclass(frozen=True)
class Credential:
    """Whoever a secret belongs to."""

    actor: Actor
    expires_at: datetime
    token_id: int | None = None
    """Of an API token whose use is to be noted; None for sign-ins, and for tokens noted a short while ago."""


def by_session(db: Reader, token_hash: bytes, *, now: datetime) -> Credential | None:
    """Whoever signed in with this secret, with all memberships; None when it is not valid any more."""
    session = store.sign_in.find_session(db, token_hash, now=now)
    if session is None:
        return None
    memberships = store.annotators.memberships_of(db, session.account_id)
    return Credential(Actor(session.account_id, session.name, session.is_admin, memberships), session.expires_at)


def by_api_token(db: Reader, token_hash: bytes, *, now: datetime) -> Credential | None:
    """Whoever holds this API token, limited to its scope; None when it is not valid any more."""
    holder = store.tokens.find_holder(db, token_hash, now=now)
    if holder is None:
        return None
    token = holder.token
    memberships = store.annotators.memberships_of(db, token.account_id)
    actor = Actor(token.account_id, holder.name, holder.is_admin, memberships, token.scope, is_token=True)
    was_noted = token.last_used_at is not None and now - token.last_used_at < TOKEN_USE_STEP
    return Credential(actor, token.expires_at, None if was_noted else token.id)
