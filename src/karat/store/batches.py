"""Batches as rows: `loading` while a file is read into them, `preparing` while their items get their places in the
supply, then `published`; or removed without a trace."""

from dataclasses import dataclass
from datetime import datetime

from karat.domain.ids import AccountId, BatchId, ProjectId
from karat.store.clock import to_micros
from karat.store.connection import Reader, Row, Writer

_UNFINISHED = "state IN ('loading', 'preparing')"
IS_PUBLISHED = "i.batch_id NOT IN (SELECT id FROM batch WHERE state <> 'published')"
"""The condition that an item `i` may be seen. Items of other batches are found nowhere; publishing changes none."""


IN_BATCH = """
i.batch_id = :batch_id AND i.id BETWEEN (SELECT first_item_id FROM batch WHERE id = :batch_id)
                                    AND (SELECT last_item_id FROM batch WHERE id = :batch_id)
"""
"""The condition that an item `i` belongs to a batch, found by the range of its ids."""


def in_project(db: Reader) -> str:
    """The condition that an item `i` belongs to a project, for walking all of them in the order of their ids.

    PostgreSQL knows best how; SQLite is told to walk the range of their ids rather than to sort them.
    """
    if db.is_postgres:
        return "i.project_id = :project_id"
    return """
    +i.project_id = :project_id
    AND i.id BETWEEN (SELECT MIN(first_item_id) FROM batch WHERE project_id = :project_id)
                 AND (SELECT MAX(last_item_id) FROM batch WHERE project_id = :project_id)
    """


@dataclass(frozen=True)
class Batch:
    """Items imported together."""

    id: BatchId
    project_id: ProjectId
    name: str
    is_loading: bool
    """Being loaded or prepared."""
    is_published: bool
    n_items: int
    item_ids: range
    """All ids of its items lie in this range, perhaps with others among them."""


def add(
    tx: Writer, project_id: ProjectId, *, name: str, by: AccountId | None, until: datetime, now: datetime
) -> BatchId:
    """A batch to load into. Whoever loads it says again and again that it lives, or it is removed after `until`."""
    return BatchId(
        tx.insert(
            "batch",
            project_id=project_id,
            name=name,
            state="loading",
            loading_until=to_micros(until),
            created_by=by,
            created_at=to_micros(now),
        )
    )


def renew(tx: Writer, batch_id: BatchId, *, until: datetime) -> bool:
    """Say that the batch is alive; False when it was given up for dead meanwhile."""
    changed = tx.execute(
        f"UPDATE batch SET loading_until = :until WHERE id = :id AND {_UNFINISHED}",
        until=to_micros(until),
        id=batch_id,
    )
    return changed == 1


def extend(tx: Writer, batch_id: BatchId, *, first: int, last: int) -> None:
    """Say between which ids the items lie that were just added."""
    tx.execute(
        "UPDATE batch SET first_item_id = COALESCE(first_item_id, :first), last_item_id = :last WHERE id = :id",
        first=first,
        last=last,
        id=batch_id,
    )


def set_size(tx: Writer, batch_id: BatchId, n_items: int) -> None:
    tx.execute("UPDATE batch SET n_items = :n_items WHERE id = :id", n_items=n_items, id=batch_id)


def condemn(tx: Writer, batch_id: BatchId) -> None:
    """Take the loader its right to go on: the batch is about to be removed."""
    tx.execute("UPDATE batch SET state = 'removing' WHERE id = :id AND state <> 'published'", id=batch_id)


def find(db: Reader, batch_id: BatchId) -> Batch | None:
    row = db.row("SELECT * FROM batch WHERE id = :id", id=batch_id)
    return _batch(row) if row else None


def unpublished(db: Reader) -> list[Batch]:
    """Batches that are being loaded or removed, or were when their process ended."""
    return [_batch(row) for row in db.rows("SELECT * FROM batch WHERE state <> 'published' ORDER BY id")]


@dataclass(frozen=True)
class Intake:
    """What has come into a project."""

    n_published: int
    """Items and check items of published batches."""
    n_loading: int
    """Batches that are being loaded; their items are not counted before they are published."""


def intake(db: Reader, project_id: ProjectId) -> Intake:
    """How much of a project's items is there, and how many batches are on their way."""
    row = db.row(
        "SELECT COALESCE(SUM(CASE WHEN state = 'published' THEN n_items ELSE 0 END), 0) AS n_items,"
        f" COALESCE(SUM(CASE WHEN {_UNFINISHED} THEN 1 ELSE 0 END), 0) AS n_loading"
        " FROM batch WHERE project_id = :project_id",
        project_id=project_id,
    )
    assert row is not None
    return Intake(int(row["n_items"]), int(row["n_loading"]))


def dead(db: Reader, *, now: datetime, project_id: ProjectId | None = None) -> list[BatchId]:
    """Batches whose loader has been silent for too long, or that are half removed."""
    rows = db.rows(
        "SELECT id FROM batch WHERE state <> 'published' AND (loading_until < :now OR state = 'removing')"
        " AND (project_id = :project_id OR :project_id = 0) ORDER BY id",
        now=to_micros(now),
        project_id=project_id or 0,
    )
    return [BatchId(row["id"]) for row in rows]


def remove_some(tx: Writer, batch_id: BatchId, *, limit: int) -> bool:
    """Delete up to `limit` items with all that hangs on them, then the batch itself; whether it is all gone."""
    last = tx.value(
        f"SELECT MAX(id) FROM (SELECT i.id FROM item i WHERE {IN_BATCH} ORDER BY i.id LIMIT :limit) AS part",
        batch_id=batch_id,
        limit=limit,
    )
    if last is not None:
        some = f"SELECT i.id FROM item i WHERE {IN_BATCH} AND i.id <= :last"
        for table in ("annotation", "assignment", "gold_label", "queue_item"):
            tx.execute(f"DELETE FROM {table} WHERE item_id IN ({some})", batch_id=batch_id, last=last)
        tx.execute(f"DELETE FROM item WHERE id IN ({some})", batch_id=batch_id, last=last)
        tx.execute("UPDATE batch SET first_item_id = :last + 1 WHERE id = :batch_id", batch_id=batch_id, last=last)
        return False
    tx.execute("DELETE FROM media WHERE batch_id = :batch_id", batch_id=batch_id)
    tx.execute("DELETE FROM batch WHERE id = :batch_id", batch_id=batch_id)
    return True


def _batch(row: Row) -> Batch:
    return Batch(
        id=BatchId(row["id"]),
        project_id=ProjectId(row["project_id"]),
        name=row["name"],
        is_loading=row["state"] in ("loading", "preparing"),
        is_published=row["state"] == "published",
        n_items=row["n_items"],
        item_ids=range(row["first_item_id"] or 0, (row["last_item_id"] or -1) + 1),
    )
