"""Batches as rows: `loading` while a file is read into them, then `published`, or removed without a trace."""

from dataclasses import dataclass
from datetime import datetime

from karat.domain.ids import AccountId, BatchId, ProjectId
from karat.store.clock import to_micros
from karat.store.connection import Reader, Row, Writer

IS_PUBLISHED = "i.batch_id NOT IN (SELECT id FROM batch WHERE state <> 'published')"
"""The condition that an item `i` may be seen. Items of other batches are found nowhere; publishing changes none."""


@dataclass(frozen=True)
class Batch:
    """Items imported together."""

    id: BatchId
    project_id: ProjectId
    name: str
    is_loading: bool
    is_published: bool
    n_items: int


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
        "UPDATE batch SET loading_until = :until WHERE id = :id AND state = 'loading'",
        until=to_micros(until),
        id=batch_id,
    )
    return changed == 1


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
        "SELECT MAX(id) FROM (SELECT id FROM item WHERE batch_id = :batch_id ORDER BY id LIMIT :limit) AS part",
        batch_id=batch_id,
        limit=limit,
    )
    if last is not None:
        some = "SELECT id FROM item WHERE batch_id = :batch_id AND id <= :last"
        for table in ("annotation", "assignment", "gold_label", "queue_item"):
            tx.execute(f"DELETE FROM {table} WHERE item_id IN ({some})", batch_id=batch_id, last=last)
        tx.execute("DELETE FROM item WHERE batch_id = :batch_id AND id <= :last", batch_id=batch_id, last=last)
        return False
    tx.execute("DELETE FROM media WHERE batch_id = :batch_id", batch_id=batch_id)
    tx.execute("DELETE FROM batch WHERE id = :batch_id", batch_id=batch_id)
    return True


def _batch(row: Row) -> Batch:
    return Batch(
        id=BatchId(row["id"]),
        project_id=ProjectId(row["project_id"]),
        name=row["name"],
        is_loading=row["state"] == "loading",
        is_published=row["state"] == "published",
        n_items=row["n_items"],
    )
