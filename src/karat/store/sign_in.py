"""Sign-ins and sign-in links as rows, found by the hash of their secret."""

from dataclasses import dataclass
from datetime import datetime

from karat.domain.ids import AccountId
from karat.store.clock import from_micros, to_micros
from karat.store.connection import Reader, Writer


@dataclass(frozen=True)
class Session:
    """A sign-in that is still valid, with what an actor needs of its account."""

    account_id: AccountId
    name: str
    is_admin: bool
    expires_at: datetime


def add_session(tx: Writer, token_hash: bytes, account_id: AccountId, *, expires_at: datetime, now: datetime) -> None:
    tx.execute(
        "INSERT INTO sign_in_session (token_hash, account_id, created_at, expires_at)"
        " VALUES (:hash, :account_id, :now, :expires_at)",
        hash=token_hash,
        account_id=account_id,
        now=to_micros(now),
        expires_at=to_micros(expires_at),
    )


def find_session(db: Reader, token_hash: bytes, *, now: datetime) -> Session | None:
    """The sign-in of this secret, unless it ended or its account is disabled."""
    row = db.row(
        "SELECT a.id, a.name, a.is_admin, s.expires_at FROM sign_in_session s JOIN account a ON a.id = s.account_id"
        " WHERE s.token_hash = :hash AND s.expires_at > :now AND a.disabled_at IS NULL",
        hash=token_hash,
        now=to_micros(now),
    )
    if row is None:
        return None
    return Session(AccountId(row["id"]), row["name"], bool(row["is_admin"]), from_micros(row["expires_at"]))


def renew_session(tx: Writer, token_hash: bytes, *, expires_at: datetime) -> None:
    tx.execute(
        "UPDATE sign_in_session SET expires_at = :expires_at WHERE token_hash = :hash",
        hash=token_hash,
        expires_at=to_micros(expires_at),
    )


def end_session(tx: Writer, token_hash: bytes) -> None:
    tx.execute("DELETE FROM sign_in_session WHERE token_hash = :hash", hash=token_hash)


def end_sessions_of(tx: Writer, account_id: AccountId) -> None:
    tx.execute("DELETE FROM sign_in_session WHERE account_id = :id", id=account_id)


def end_other_sessions_of(tx: Writer, account_id: AccountId, *, but: bytes) -> None:
    """End every sign-in of the account except the one of this secret."""
    tx.execute("DELETE FROM sign_in_session WHERE account_id = :id AND token_hash <> :but", id=account_id, but=but)


def forget_ended(tx: Writer, *, now: datetime) -> None:
    """Delete what can never be used again."""
    tx.execute("DELETE FROM sign_in_session WHERE expires_at <= :now", now=to_micros(now))
    tx.execute("DELETE FROM sign_in_link WHERE expires_at <= :now", now=to_micros(now))


def add_link(tx: Writer, token_hash: bytes, account_id: AccountId, *, is_reusable: bool, expires_at: datetime) -> None:
    tx.execute(
        "INSERT INTO sign_in_link (token_hash, account_id, is_reusable, expires_at)"
        " VALUES (:hash, :account_id, :is_reusable, :expires_at)",
        hash=token_hash,
        account_id=account_id,
        is_reusable=int(is_reusable),
        expires_at=to_micros(expires_at),
    )


def use_link(tx: Writer, token_hash: bytes, *, now: datetime) -> AccountId | None:
    """Whom the link signs in; None when it is unknown, over, used up, or its account is disabled.

    One statement, so that a single-use link is never used twice, however many ask at once.
    """
    account_id = tx.value(
        "UPDATE sign_in_link SET used_at = :now WHERE token_hash = :hash AND expires_at > :now"
        " AND (is_reusable = 1 OR used_at IS NULL)"
        " AND account_id IN (SELECT id FROM account WHERE disabled_at IS NULL) RETURNING account_id",
        hash=token_hash,
        now=to_micros(now),
    )
    return None if account_id is None else AccountId(account_id)
