"""The ways in: steps that alternate between the database and hashing, and end with a session cookie."""

import secrets
from functools import partial

from fastapi import Request, Response

from karat import actions, queries
from karat.api.context import Context
from karat.api.errors import NotSignedIn, TooManyRequests
from karat.api.guard import SESSION_COOKIE
from karat.api.limits import network_of
from karat.domain.accounts import normal_email
from karat.domain.errors import NotAllowed
from karat.domain.people import Account, Actor
from karat.queries.people import OwnLogin
from karat.schemas.people import AcceptInvitation, PasswordChange

_COOKIE_SECONDS = 400 * 86_400
"""As long as browsers keep any cookie: the server decides when a sign-in ends, and prolongs it as it is used."""


def new_secret() -> str:
    """256 random bits, as text for an address or a cookie."""
    return secrets.token_urlsafe(32)


def limit_attempts(here: Context, request: Request, email: str | None = None) -> None:
    """Slow down whoever guesses: from one address, and at one account from any address.

    Raises
    ------
    TooManyRequests
        With the seconds to wait.
    """
    address = request.client.host if request.client else "unknown"
    keys = [("address", network_of(address))] + ([] if email is None else [("account", normal_email(email))])
    if wait := max(here.sign_in_attempts.take(key) for key in keys):
        raise TooManyRequests("too many attempts to sign in", wait)


async def by_password(here: Context, email: str, password: str, *, session: str) -> Account:
    """Sign in with e-mail and password; takes as long when there is no such account.

    Raises
    ------
    NotSignedIn
        When they do not fit together: which of the two is wrong is nobody's business.
    """
    login = await here.read(lambda db: queries.people.login(db, email))
    is_right = await here.hash(partial(actions.passwords.is_right, password, login.password_hash if login else None))
    now, days = here.now(), here.settings.session_days
    if login is None or not is_right:
        await here.write(lambda tx: actions.sign_in.note_failure(tx, email, now=now))
        raise NotSignedIn("this e-mail and password do not fit together. Check both, or ask an admin for a link.")
    account_id = login.account_id
    return await here.write(
        lambda tx: actions.sign_in.start(tx, account_id, session=session, by="password", session_days=days, now=now)
    )


async def with_new_password(here: Context, who: Actor, login: OwnLogin, body: PasswordChange, *, session: str) -> None:
    """Replace a person's password by another, if the current one is right.

    Raises
    ------
    NotAllowed
        When it is not, or when there is none.
    """
    now = here.now()
    is_right = await here.hash(partial(actions.passwords.is_right, body.current_password, login.password_hash))
    if not is_right:
        await here.write(lambda tx: actions.sign_in.note_failure(tx, login.email, now=now))
        raise NotAllowed(_NOT_RIGHT if login.password_hash else _NO_PASSWORD)
    password_hash = await here.hash(partial(actions.passwords.hash_new, body.password, email=login.email))
    await here.write_people(
        lambda tx: actions.accounts.change_password(
            tx, who, proven=login.password_hash, password_hash=password_hash, session=session, now=now
        )
    )


_NOT_RIGHT = "the current password is not right. Nothing was changed."
_NO_PASSWORD = "your account has no password: it signs in by link. Ask an admin to set one."


async def by_invitation(here: Context, secret: str, body: AcceptInvitation, *, session: str) -> Account:
    """Join with a new account, or with the account of this e-mail if the password is its own; then sign in.

    Raises
    ------
    NotAllowed
        When the e-mail has an account with another password.
    """
    now, days, password = here.now(), here.settings.session_days, body.password
    await here.read(lambda db: queries.people.welcome(db, secret, now=now))
    known = await here.read(lambda db: queries.people.login(db, body.email))
    if known is None:
        password_hash = await here.hash(partial(actions.passwords.hash_new, password, email=body.email))
        join = partial(
            actions.invitations.accept_as_new,
            secret=secret,
            email=body.email,
            name=body.name,
            password_hash=password_hash,
            now=now,
        )
    elif await here.hash(partial(actions.passwords.is_right, password, known.password_hash)):
        join = partial(actions.invitations.accept_as_known, secret=secret, account_id=known.account_id, now=now)
    else:
        raise NotAllowed(
            f"{normal_email(body.email)} has an account here, with another password. "
            "Give that account's password, or use another address."
        )
    return await here.write_people(
        lambda tx: actions.sign_in.start(tx, join(tx).id, session=session, by="invitation", session_days=days, now=now)
    )


def set_cookie(here: Context, response: Response, session: str) -> None:
    """Hand the sign-in to the browser: unreadable for scripts, not sent from other sites."""
    response.set_cookie(
        SESSION_COOKIE,
        session,
        max_age=_COOKIE_SECONDS,
        path="/",
        secure=here.settings.address.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
