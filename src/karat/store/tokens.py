"""API tokens as rows. Only the hash of a token is stored, and its first characters."""

from dataclasses import dataclass
from datetime import datetime

from karat.domain.errors import NotFound
from karat.domain.ids import AccountId
from karat.domain.people import ApiToken
from karat.store.clock import from_micros, from_micros_or_none, to_micros
from karat.store.connection import Reader, Row, Writer


@dataclass(frozen=True)
class TokenHolder:
    """Who acts with a token that is still valid."""

    token: ApiToken
    name: str
    is_admin: bool


def add(
    tx: Writer,
    account_id: AccountId,
    *,
    name: str,
    prefix: str,
    token_hash: bytes,
    scope: frozenset[str] | None,
    expires_at: datetime,
    now: datetime,
) -> ApiToken:
    token_id = tx.insert(
        "api_token",
        account_id=account_id,
        name=name,
        prefix=prefix,
        token_hash=token_hash,
        scope=None if scope is None else " ".join(sorted(scope)),
        created_at=to_micros(now),
        expires_at=to_micros(expires_at),
    )
    return get(tx, account_id, token_id)


def get(db: Reader, account_id: AccountId, token_id: int) -> ApiToken:
    """
    Raises
    ------
    NotFound
        When the account has no such token.
    """
    row = db.row(
        "SELECT * FROM api_token WHERE id = :id AND account_id = :account_id", id=token_id, account_id=account_id
    )
    if row is None:
        raise NotFound(f"you have no token {token_id}; it may have been revoked. Your account page lists your tokens.")
    return _token(row)


def of_account(db: Reader, account_id: AccountId) -> list[ApiToken]:
    """Newest first."""
    rows = db.rows("SELECT * FROM api_token WHERE account_id = :id ORDER BY id DESC", id=account_id)
    return [_token(row) for row in rows]


def find_holder(db: Reader, token_hash: bytes, *, now: datetime) -> TokenHolder | None:
    """Whose token this is, unless it is over or the account disabled."""
    row = db.row(
        "SELECT t.*, a.name AS holder, a.is_admin FROM api_token t JOIN account a ON a.id = t.account_id"
        " WHERE t.token_hash = :hash AND t.expires_at > :now AND a.disabled_at IS NULL",
        hash=token_hash,
        now=to_micros(now),
    )
    return None if row is None else TokenHolder(_token(row), row["holder"], bool(row["is_admin"]))


def note_use(tx: Writer, token_id: int, *, now: datetime) -> None:
    tx.execute("UPDATE api_token SET last_used_at = :now WHERE id = :id", now=to_micros(now), id=token_id)


def revoke(tx: Writer, token_id: int) -> None:
    tx.execute("DELETE FROM api_token WHERE id = :id", id=token_id)


def _token(row: Row) -> ApiToken:
    return ApiToken(
        id=row["id"],
        account_id=AccountId(row["account_id"]),
        name=row["name"],
        prefix=row["prefix"],
        scope=None if row["scope"] is None else frozenset(row["scope"].split()),
        created_at=from_micros(row["created_at"]),
        expires_at=from_micros(row["expires_at"]),
        last_used_at=from_micros_or_none(row["last_used_at"]),
    )
