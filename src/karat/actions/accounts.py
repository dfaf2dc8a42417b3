"""Accounts: made by an invitation or by the administrator, never by open sign-up."""

from datetime import datetime

from karat import store
from karat.domain.accounts import check_email, check_name, normal_email, token_hash
from karat.domain.errors import Conflict, refuse_problems
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AccountId
from karat.domain.people import Account, Actor
from karat.domain.permissions import Permission, person, require
from karat.store.connection import Writer


def create(
    tx: Writer,
    actor: Actor,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    is_admin: bool = False,
    is_simulated: bool = False,
    now: datetime,
) -> Account:
    """Create an account; `actions.passwords.hash_new` makes the hash. Without one, only links sign in."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    return open_account(
        tx,
        by=actor.account_id,
        email=email,
        name=name,
        password_hash=password_hash,
        is_admin=is_admin,
        is_simulated=is_simulated,
        now=now,
    )


def open_account(
    tx: Writer,
    *,
    by: AccountId | None,
    email: str,
    name: str,
    password_hash: str | None,
    is_admin: bool = False,
    is_simulated: bool = False,
    now: datetime,
) -> Account:
    """Create an account on behalf of an action that has already decided that it may be."""
    email = normal_email(email)
    refuse_problems("the account cannot be created", check_email(email) + check_name(name))
    account_id = store.accounts.add(
        tx,
        email=email,
        name=name.strip(),
        password_hash=password_hash,
        is_admin=is_admin,
        is_simulated=is_simulated,
        now=now,
    )
    if account_id is None:
        raise Conflict(f"there is an account for {email} already. Sign in with it, or use another address.")
    facts = {"account": account_id, "email": email, "is_admin": is_admin}
    store.events.append(tx, NewEvent(EventKind.ACCOUNT_CREATED, now, by, facts=facts))
    return store.accounts.get(tx, account_id)


def disable(tx: Writer, actor: Actor, account_id: AccountId, *, now: datetime) -> None:
    """Keep a person out from now on; everything the person did stays."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    account = store.accounts.get(tx, account_id)
    if account.disabled_at is not None:
        return
    if actor.account_id == account_id:
        raise Conflict("you cannot disable your own account. Ask another admin to do it.")
    store.accounts.disable(tx, account_id, now=now)
    store.sign_in.end_sessions_of(tx, account_id)
    store.events.append(tx, NewEvent(EventKind.ACCOUNT_DISABLED, now, actor.account_id, facts={"account": account_id}))


def set_password(tx: Writer, actor: Actor, account_id: AccountId, *, password_hash: str, now: datetime) -> None:
    """Replace a password, for instance a forgotten one, and end every sign-in made with the old one."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    store.accounts.get(tx, account_id)
    store.accounts.set_password(tx, account_id, password_hash)
    store.sign_in.end_sessions_of(tx, account_id)
    store.events.append(tx, NewEvent(EventKind.PASSWORD_SET, now, actor.account_id, facts={"account": account_id}))


def change_password(
    tx: Writer, actor: Actor, *, proven: str | None, password_hash: str, session: str, now: datetime
) -> None:
    """Replace one's own password, and end every sign-in of one's own but this `session`.

    `proven` is the hash of the password that the person has just given: `actions.passwords.is_right` has compared them
    outside of the transaction.

    Raises
    ------
    Conflict
        When the password was changed in between, by the person elsewhere or by an admin.
    """
    account_id = person(actor)
    if store.accounts.password_hash(tx, account_id) != proven:
        raise Conflict("the password was changed just now by somebody else. Sign in anew, or ask an admin for a link.")
    store.accounts.set_password(tx, account_id, password_hash)
    store.sign_in.end_other_sessions_of(tx, account_id, but=token_hash(session))
    store.events.append(tx, NewEvent(EventKind.PASSWORD_SET, now, account_id, facts={"account": account_id}))
