"""Accounts as rows. The password's hash never leaves through `Account`."""

from collections.abc import Collection
from datetime import datetime

from karat.domain.errors import NotFound
from karat.domain.ids import AccountId
from karat.domain.people import Account
from karat.store.clock import from_micros, from_micros_or_none, to_micros
from karat.store.connection import Reader, Row, Writer


def add(
    tx: Writer,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    is_admin: bool,
    is_simulated: bool,
    now: datetime,
) -> AccountId | None:
    """A new account, or None when the e-mail has one already."""
    account_id = tx.value(
        "INSERT INTO account (email, name, password_hash, is_admin, is_simulated, created_at)"
        " VALUES (:email, :name, :password_hash, :is_admin, :is_simulated, :now)"
        " ON CONFLICT (email) DO NOTHING RETURNING id",
        email=email,
        name=name,
        password_hash=password_hash,
        is_admin=int(is_admin),
        is_simulated=int(is_simulated),
        now=to_micros(now),
    )
    return None if account_id is None else AccountId(account_id)


def get(db: Reader, account_id: AccountId) -> Account:
    """
    Raises
    ------
    NotFound
        When there is no such account.
    """
    row = db.row("SELECT * FROM account WHERE id = :id", id=account_id)
    if row is None:
        raise NotFound(f"account {account_id} does not exist.")
    return _account(row)


def find_by_email(db: Reader, email: str) -> Account | None:
    row = db.row("SELECT * FROM account WHERE email = :email", email=email)
    return _account(row) if row else None


def password_hash(db: Reader, account_id: AccountId) -> str | None:
    """None when the person signs in by link only."""
    value = db.value("SELECT password_hash FROM account WHERE id = :id", id=account_id)
    return None if value is None else str(value)


def set_password(tx: Writer, account_id: AccountId, password_hash: str) -> None:
    tx.execute("UPDATE account SET password_hash = :hash WHERE id = :id", hash=password_hash, id=account_id)


def disable(tx: Writer, account_id: AccountId, *, now: datetime) -> None:
    tx.execute("UPDATE account SET disabled_at = :now WHERE id = :id", now=to_micros(now), id=account_id)


def names(db: Reader, account_ids: Collection[AccountId]) -> dict[AccountId, str]:
    """The names of a handful of people."""
    rows = [db.row("SELECT id, name FROM account WHERE id = :id", id=account_id) for account_id in set(account_ids)]
    return {AccountId(row["id"]): row["name"] for row in rows if row is not None}


def n_accounts(db: Reader) -> int:
    return int(db.value("SELECT count(*) FROM account"))


def _account(row: Row) -> Account:
    return Account(
        id=AccountId(row["id"]),
        email=row["email"],
        name=row["name"],
        is_admin=bool(row["is_admin"]),
        is_simulated=bool(row["is_simulated"]),
        created_at=from_micros(row["created_at"]),
        disabled_at=from_micros_or_none(row["disabled_at"]),
    )
