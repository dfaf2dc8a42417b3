"""How far each follower has read the event log, and what comes next.

PostgreSQL hands out ids in another order than it commits, so a reader of "id > checkpoint" can miss a late commit.
There the log is read by (transaction, id), and only below the oldest transaction that still runs: everything
there is final, and whatever is committed later sorts after it. SQLite has one writer, so ids are in order.
"""

from collections.abc import Sequence

from karat.domain.ids import ProjectId
from karat.store.connection import Reader, Row, Writer

STATISTICS = "statistics"
"""The follower that keeps item states and statistics up to date."""

_AFTER_SQLITE = "id > :event_id"
_AFTER_POSTGRES = (
    "(transaction_id, id) > (CAST(CAST(:transaction_id AS text) AS xid8), :event_id)"
    " AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())"
)


def unread(db: Reader, follower: str, *, limit: int) -> list[Row]:
    """The next events after the follower's checkpoint, oldest first."""
    return _after(db, _get(db, follower), limit)


def lock(tx: Writer, follower: str) -> bool:
    """Take the follower's place in the log until the transaction ends; False when another worker has it."""
    tx.execute(
        "INSERT INTO checkpoint (follower, transaction_id, event_id) VALUES (:follower, 0, 0)"
        " ON CONFLICT (follower) DO NOTHING",
        follower=follower,
    )
    if not tx.is_postgres:
        return True
    sql = "SELECT follower FROM checkpoint WHERE follower = :follower FOR UPDATE SKIP LOCKED"
    return tx.row(sql, follower=follower) is not None


def advance(tx: Writer, follower: str, read: Sequence[Row]) -> None:
    """Move the checkpoint behind these events."""
    tx.execute(
        "UPDATE checkpoint SET transaction_id = :transaction_id, event_id = :event_id WHERE follower = :follower",
        transaction_id=int(read[-1]["transaction_id"]),
        event_id=read[-1]["id"],
        follower=follower,
    )


def is_caught_up(db: Reader, follower: str, project_id: ProjectId) -> bool:
    """Whether the follower has read everything that has happened in the project."""
    transaction_id, event_id = _get(db, follower)
    after = (
        "(transaction_id, id) > (CAST(CAST(:transaction_id AS text) AS xid8), :event_id)"
        if db.is_postgres
        else "id > :event_id AND :transaction_id = 0"
    )
    sql = f"SELECT 1 FROM event WHERE {after} AND project_id = :project_id LIMIT 1"
    return db.row(sql, transaction_id=transaction_id, event_id=event_id, project_id=project_id) is None


def _get(db: Reader, follower: str) -> tuple[int, int]:
    row = db.row("SELECT transaction_id, event_id FROM checkpoint WHERE follower = :follower", follower=follower)
    return (row["transaction_id"], row["event_id"]) if row else (0, 0)


def _after(db: Reader, place: tuple[int, int], limit: int) -> list[Row]:
    columns = "id, project_id, kind, item_id, facts, transaction_id"
    if not db.is_postgres:
        sql = f"SELECT {columns} FROM event WHERE {_AFTER_SQLITE} ORDER BY id LIMIT :limit"
        return db.rows(sql, event_id=place[1], limit=limit)
    columns = columns.replace("transaction_id", "CAST(CAST(transaction_id AS text) AS bigint) AS transaction_id")
    sql = f"SELECT {columns} FROM event WHERE {_AFTER_POSTGRES} ORDER BY event.transaction_id, id LIMIT :limit"
    return db.rows(sql, transaction_id=place[0], event_id=place[1], limit=limit)
