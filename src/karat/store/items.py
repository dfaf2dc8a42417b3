"""Items as rows. Those of a batch that is not published yet are found nowhere."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from karat.domain.errors import NotFound
from karat.domain.ids import BatchId, ItemId, ProjectId
from karat.domain.items import Item, ItemState
from karat.store import batches
from karat.store.batches import IS_PUBLISHED
from karat.store.clock import from_micros, to_micros
from karat.store.connection import Reader, Row, Writer

NewItem = tuple[str, str, str, str, int, int]
"""An item about to be stored: key, content and meta (JSON objects as text), state, whether it is measured (0 or 1),
and its priority (higher ones are handed out first). A plain tuple, because there are millions."""

_COLUMNS = ("key", "content", "meta", "state", "is_measured", "priority")


@dataclass(frozen=True)
class KnownKey:
    """Who holds a key already."""

    item_id: ItemId
    batch_id: BatchId
    content: str


def add_many(
    tx: Writer, project_id: ProjectId, batch_id: BatchId, new_items: Iterable[NewItem], *, now: datetime
) -> int:
    """Store the next items of a batch that is being loaded; returns an id before all of theirs, for `ids_after`."""
    before = _newest_id(tx)
    shared = {"project_id": project_id, "batch_id": batch_id, "created_at": to_micros(now)}
    tx.insert_many("item", _COLUMNS, new_items, shared=shared)
    batches.extend(tx, batch_id, first=before + 1, last=_newest_id(tx))
    return before


def _newest_id(db: Reader) -> int:
    """The highest id that can be seen: whatever is added now, by whomever, gets a higher one."""
    return int(db.value("SELECT MAX(id) FROM item") or 0)


def ids_after(db: Reader, batch_id: BatchId, after: int) -> dict[str, ItemId]:
    """The items that were added to the batch after item `after`: id by key."""
    rows = db.rows(
        "SELECT key, id FROM item WHERE batch_id = :batch_id AND id > :after", batch_id=batch_id, after=after
    )
    return {row["key"]: ItemId(row["id"]) for row in rows}


def known_keys(db: Reader, project_id: ProjectId, keys: Sequence[str]) -> dict[str, KnownKey]:
    """Those of the keys that the project has already, whether published or loading."""
    if db.is_postgres:
        among, given = "key = ANY(:keys)", list(keys)
    else:
        among, given = "key IN (SELECT value FROM json_each(:keys))", json.dumps(list(keys))  # type: ignore[assignment]
    rows = db.rows(
        f"SELECT key, id, batch_id, content FROM item WHERE project_id = :project_id AND {among}",
        project_id=project_id,
        keys=given,
    )
    return {row["key"]: KnownKey(ItemId(row["id"]), BatchId(row["batch_id"]), row["content"]) for row in rows}


def get(db: Reader, project_id: ProjectId, item_id: ItemId) -> Item:
    """
    Raises
    ------
    NotFound
        When the project has no such published item.
    """
    row = db.row(
        f"SELECT i.* FROM item i WHERE i.id = :id AND i.project_id = :project_id AND {IS_PUBLISHED}",
        id=item_id,
        project_id=project_id,
    )
    if row is None:
        raise NotFound(f"project {project_id} has no item {item_id}. Its Items page lists them.")
    return _item(row)


def find_by_key(db: Reader, project_id: ProjectId, key: str) -> Item | None:
    row = db.row(
        f"SELECT i.* FROM item i WHERE i.project_id = :project_id AND i.key = :key AND {IS_PUBLISHED}",
        project_id=project_id,
        key=key,
    )
    return _item(row) if row else None


def _item(row: Row) -> Item:
    return Item(
        id=ItemId(row["id"]),
        project_id=ProjectId(row["project_id"]),
        batch_id=BatchId(row["batch_id"]),
        key=row["key"],
        content=json.loads(row["content"]),
        meta=json.loads(row["meta"]),
        state=ItemState(row["state"]),
        is_measured=bool(row["is_measured"]),
        created_at=from_micros(row["created_at"]),
    )
