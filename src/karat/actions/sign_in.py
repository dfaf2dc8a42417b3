"""Signing in and out. Secrets are made at the edge and come as arguments; only their hashes are stored."""

from datetime import datetime

from karat import store
from karat.domain.accounts import LINK_LIFETIME, normal_email, session_end, token_hash
from karat.domain.errors import NotFound
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AccountId
from karat.domain.people import Account, Actor
from karat.domain.permissions import Permission, require
from karat.store.connection import Writer


def start(tx: Writer, account_id: AccountId, *, session: str, by: str, session_days: int, now: datetime) -> Account:
    """Begin a sign-in of a person who has been recognised by password, link or invitation."""
    store.sign_in.forget_ended(tx, now=now)
    store.sign_in.add_session(
        tx, token_hash(session), account_id, expires_at=session_end(now, session_days=session_days), now=now
    )
    facts = {"account": account_id, "by": by}
    store.events.append(tx, NewEvent(EventKind.SIGNED_IN, now, account_id, facts=facts))
    return store.accounts.get(tx, account_id)


def start_by_link(tx: Writer, link: str, *, session: str, session_days: int, now: datetime) -> Account:
    """Begin a sign-in with a link; it is used up by this unless it was made reusable.

    Raises
    ------
    NotFound
        When the link is unknown, over or used up: which of them is nobody's business.
    """
    account_id = store.sign_in.use_link(tx, token_hash(link), now=now)
    if account_id is None:
        raise NotFound("this link does not sign in, or not any more. Ask whoever sent it for a new one.")
    return start(tx, account_id, session=session, by="link", session_days=session_days, now=now)


def note_failure(tx: Writer, email: str, *, now: datetime) -> None:
    """Keep a trace of a wrong password, for whoever looks into an attack."""
    facts = {"email": normal_email(email)}
    store.events.append(tx, NewEvent(EventKind.SIGN_IN_FAILED, now, None, facts=facts))


def renew(tx: Writer, session_hash: bytes, *, expires_at: datetime) -> None:
    """Prolong a sign-in that is being used. Not an event: nothing was decided."""
    store.sign_in.renew_session(tx, session_hash, expires_at=expires_at)


def end(tx: Writer, session: str) -> None:
    """Sign out. An unknown secret is as signed out as one can be."""
    store.sign_in.end_session(tx, token_hash(session))


def make_link(
    tx: Writer, actor: Actor, account_id: AccountId, *, link: str, is_reusable: bool = False, now: datetime
) -> None:
    """Let somebody in without a password, through `/#/enter/<link>`, for a week."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    store.accounts.get(tx, account_id)
    store.sign_in.add_link(tx, token_hash(link), account_id, is_reusable=is_reusable, expires_at=now + LINK_LIFETIME)
    facts = {"account": account_id, "is_reusable": is_reusable}
    store.events.append(tx, NewEvent(EventKind.LINK_MADE, now, actor.account_id, facts=facts))
