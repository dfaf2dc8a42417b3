"""The ordered supply of work. Law: a position, once passed by a cursor, never becomes interesting again.

Each project has one queue per priority; each annotator has a cursor in each queue, before which nothing open is
new to them. So claiming costs the same however long the queue is and however far its fastest annotator has got.
An item that comes back gets a fresh position ahead of every cursor. Fresh positions must become visible in order,
or a cursor could pass one that is not committed yet; the row lock on `queue` sees to that. What lies at the queue's
`next_position` or behind belongs to a batch that is being published, and is not looked at (`store/supply.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from karat.domain.ids import AnnotatorId, ItemId, ProjectId, QueueId
from karat.domain.routing import Cursor
from karat.store.clock import to_micros
from karat.store.connection import Reader, Writer

FIRST_PAGE = 8
"""Items looked at in one go; the first of them is nearly always new to the annotator."""
NEXT_PAGE = 256
MAX_PAGES = 8
"""Pages looked at in one claim: its cost is bounded, and the cursor keeps what was gained for the next one."""
BEFORE_ALL = -1
"""The position of a cursor that has not moved yet."""


@dataclass(frozen=True)
class Found:
    """An open item that is new to the annotator; on PostgreSQL its row is locked until the transaction ends."""

    item_id: ItemId
    cursor: Cursor
    """Where the annotator's cursor belongs once the item is taken."""


@dataclass(frozen=True)
class Search:
    """What a search for the next item came to."""

    found: Found | None
    passed: tuple[Cursor, ...]
    """Cursors of queues in which nothing new lies before these positions."""
    is_exhausted: bool
    """Whether every queue was searched to its end."""


@dataclass(frozen=True)
class GivenUp:
    """An item whose annotator will not answer it, with what decides whether others get it."""

    item_id: ItemId
    queue_id: QueueId
    n_skips: int
    is_settled: bool
    """It has its label, or waits for a reviewer."""


# --- Searching and taking ---------------------------------------------------------------------------------------


def cursors(db: Reader, project_id: ProjectId, annotator_id: AnnotatorId) -> list[Cursor]:
    """The annotator's cursor in every queue of the project, higher priority first."""
    rows = db.rows(_CURSORS, project_id=project_id, annotator_id=annotator_id, before_all=BEFORE_ALL)
    return [Cursor(QueueId(row["queue_id"]), row["position"]) for row in rows]


_CURSORS = """
SELECT q.id AS queue_id, COALESCE(c.position, :before_all) AS position
FROM queue q LEFT JOIN queue_cursor c ON c.queue_id = q.id AND c.annotator_id = :annotator_id
WHERE q.project_id = :project_id ORDER BY q.priority DESC
"""


def search(tx: Writer, annotator_id: AnnotatorId, start: Sequence[Cursor]) -> Search:
    """The first open item that is new to the annotator, in the given queues from the given cursors on."""
    passed: list[Cursor] = []
    is_exhausted = True
    for cursor in start:
        walk = _walk(tx, annotator_id, cursor)
        if walk.found is not None:
            return Search(walk.found, tuple(passed), is_exhausted=False)
        is_exhausted &= walk.is_exhausted
        if walk.cursor != cursor:
            passed.append(walk.cursor)
    return Search(None, tuple(passed), is_exhausted)


@dataclass(frozen=True)
class _Walk:
    found: Found | None
    cursor: Cursor
    is_exhausted: bool


@dataclass(frozen=True)
class _Page:
    """`n` open items after a position: the one that could be had, the first that is new, the last one seen."""

    n: int
    item_id: ItemId | None
    position: int | None
    first_new: int | None
    last: int | None


def _walk(tx: Writer, annotator_id: AnnotatorId, cursor: Cursor) -> _Walk:
    """Go through one queue, page by page, until an item can be had."""
    look = _look_postgres if tx.is_postgres else _look_sqlite
    after = cursor.position
    barrier: int | None = None  # Just before the first new item that somebody else has locked at this moment.
    for number in range(MAX_PAGES):
        size = FIRST_PAGE if number == 0 else NEXT_PAGE
        page = look(tx, annotator_id, cursor.queue_id, after, size)
        if barrier is None and page.first_new is not None and page.first_new != page.position:
            barrier = page.first_new - 1
        if page.item_id is not None:
            assert page.position is not None
            reached = page.position if barrier is None else barrier
            return _Walk(Found(page.item_id, Cursor(cursor.queue_id, reached)), cursor, is_exhausted=False)
        after = after if page.last is None else page.last
        passed = Cursor(cursor.queue_id, after if barrier is None else barrier)
        if page.n < size:
            return _Walk(None, passed, is_exhausted=True)
    return _Walk(None, passed, is_exhausted=False)


def _look_sqlite(tx: Writer, annotator_id: AnnotatorId, queue_id: QueueId, after: int, size: int) -> _Page:
    rows = tx.rows(_LOOK_SQLITE, queue_id=queue_id, annotator_id=annotator_id, after=after, size=size)
    last = rows[-1]["position"] if rows else None
    for row in rows:
        if not row["is_known"]:
            return _Page(len(rows), ItemId(row["item_id"]), row["position"], row["position"], last)
    return _Page(len(rows), None, None, None, last)


_LOOK_SQLITE = """
SELECT q.item_id, q.position,
       EXISTS (SELECT 1 FROM assignment a WHERE a.item_id = q.item_id AND a.annotator_id = :annotator_id) AS is_known
FROM queue_item q
WHERE q.queue_id = :queue_id AND q.is_open = 1 AND q.position > :after
      AND q.position < (SELECT next_position FROM queue WHERE id = :queue_id)
ORDER BY q.position LIMIT :size
"""


def _look_postgres(tx: Writer, annotator_id: AnnotatorId, queue_id: QueueId, after: int, size: int) -> _Page:
    row = tx.row(_LOOK_POSTGRES, queue_id=queue_id, annotator_id=annotator_id, after=after, size=size)
    assert row is not None
    return _Page(row["n"], row["item_id"], row["position"], row["first_new"], row["last"])


# OFFSET 0 keeps the planner from joining with everything this person ever did, and `<> 0` from reading the index of
# all that is open: both grow.
# SKIP LOCKED: a row that somebody is claiming this moment is left to them rather than waited for.
_LOOK_POSTGRES = """
WITH page AS MATERIALIZED (
  SELECT item_id, position FROM queue_item
  WHERE queue_id = :queue_id AND is_open = 1 AND position > :after
        AND position < (SELECT next_position FROM queue WHERE id = :queue_id) ORDER BY position LIMIT :size
), unseen AS MATERIALIZED (
  SELECT item_id, position FROM page WHERE NOT EXISTS (
    SELECT 1 FROM assignment a WHERE a.item_id = page.item_id AND a.annotator_id = :annotator_id OFFSET 0
  )
), had AS MATERIALIZED (
  SELECT q.item_id, q.position FROM (SELECT * FROM unseen ORDER BY position) u JOIN queue_item q USING (item_id)
  WHERE q.is_open <> 0 ORDER BY u.position LIMIT 1 FOR UPDATE OF q SKIP LOCKED
)
SELECT (SELECT count(*) FROM page) AS n, (SELECT item_id FROM had) AS item_id,
       (SELECT position FROM had) AS position, (SELECT min(position) FROM unseen) AS first_new,
       (SELECT max(position) FROM page) AS last
"""


def take(tx: Writer, annotator_id: AnnotatorId, found: Found) -> None:
    """Fill one of the item's places and move the annotator's cursor up to it."""
    tx.execute(TAKE, item_id=found.item_id)
    move_cursor(tx, annotator_id, found.cursor)


TAKE = """
UPDATE queue_item SET taken = taken + 1, is_open = CASE WHEN taken + 1 < overlap THEN 1 ELSE 0 END
WHERE item_id = :item_id
"""


def move_cursor(tx: Writer, annotator_id: AnnotatorId, cursor: Cursor) -> None:
    tx.execute(MOVE_CURSOR, annotator_id=annotator_id, queue_id=cursor.queue_id, position=cursor.position)


MOVE_CURSOR = """
INSERT INTO queue_cursor (annotator_id, queue_id, position) VALUES (:annotator_id, :queue_id, :position)
ON CONFLICT (annotator_id, queue_id) DO UPDATE SET position = excluded.position
"""


def reset_cursors(tx: Writer, annotator_id: AnnotatorId, *, now: datetime) -> None:
    """Send the annotator back to the beginning of every queue: the safety net of the cursors."""
    tx.execute("DELETE FROM queue_cursor WHERE annotator_id = :id", id=annotator_id)
    tx.execute("UPDATE annotator SET swept_at = :now WHERE id = :id", id=annotator_id, now=to_micros(now))


# --- Giving back ------------------------------------------------------------------------------------------------


def given_up(tx: Writer, item_ids: Sequence[ItemId]) -> list[GivenUp]:
    """What decides about items whose claims ended without an answer; check items are in no queue and left out."""
    lock_items(tx, item_ids)  # Before their states are read: whoever decides an item closes it under this lock.
    rows = tx.rows(_GIVEN_UP.format(among=tx.among("q.item_id")), ids=tx.ids(item_ids))
    return [GivenUp(row["item_id"], row["queue_id"], row["n_skips"], bool(row["is_settled"])) for row in rows]


_GIVEN_UP = """
SELECT q.item_id, q.queue_id,
       (SELECT COUNT(*) FROM assignment a WHERE a.item_id = q.item_id AND a.state = 2) AS n_skips,
       CASE WHEN i.state <> 'open' THEN 1 ELSE 0 END AS is_settled
FROM queue_item q JOIN item i ON i.id = q.item_id WHERE {among} ORDER BY q.queue_id, q.position
"""


def give_back(tx: Writer, queue_id: QueueId, item_ids: Sequence[ItemId]) -> None:
    """Free a place for each mention of an item and put the items, in this order, ahead of everybody's cursor."""
    first = _fresh_positions(tx, queue_id, len(item_ids))
    tx.execute_many(
        "UPDATE queue_item SET taken = taken - 1, is_open = 1, position = :position WHERE item_id = :item_id",
        [{"item_id": item_id, "position": position} for position, item_id in enumerate(item_ids, start=first)],
    )


def retire(tx: Writer, item_ids: Sequence[ItemId]) -> None:
    """Free a place for each mention of an item without offering the item again."""
    tx.execute_many(
        "UPDATE queue_item SET taken = taken - 1, is_open = 0 WHERE item_id = :item_id",
        [{"item_id": item_id} for item_id in item_ids],
    )


def lock_items(tx: Writer, item_ids: Sequence[ItemId]) -> None:
    """Keep everybody else from moving these items; always in the same order, so that nobody waits in a circle."""
    if tx.is_postgres:
        sql = f"SELECT item_id FROM queue_item WHERE {tx.among('item_id')} ORDER BY item_id FOR NO KEY UPDATE"
        tx.rows(sql, ids=tx.ids(item_ids))


def close_items(tx: Writer, item_ids: Sequence[ItemId]) -> None:
    """Offer items to nobody any more, because they wait for a reviewer or for nobody. Their holders may answer."""
    tx.execute(f"UPDATE queue_item SET is_open = 0 WHERE {tx.among('item_id')}", ids=tx.ids(item_ids))


def reopen(tx: Writer, item_ids: Sequence[ItemId]) -> None:
    """Offer closed items again, as far as they have a free place, ahead of everybody's cursor."""
    rows = tx.rows(
        f"SELECT item_id, queue_id FROM queue_item WHERE {tx.among('item_id')} AND is_open = 0 AND taken < overlap"
        " ORDER BY queue_id, position",
        ids=tx.ids(item_ids),
    )
    for queue_id in dict.fromkeys(row["queue_id"] for row in rows):
        free = [row["item_id"] for row in rows if row["queue_id"] == queue_id]
        first = _fresh_positions(tx, queue_id, len(free))
        tx.execute_many(
            "UPDATE queue_item SET is_open = 1, position = :position WHERE item_id = :item_id",
            [{"item_id": item_id, "position": position} for position, item_id in enumerate(free, start=first)],
        )


def _fresh_positions(tx: Writer, queue_id: QueueId, n: int) -> int:
    """The first of `n` positions behind all others. The lock it takes makes positions commit in order."""
    end = tx.value(
        "UPDATE queue SET next_position = next_position + :n WHERE id = :id RETURNING next_position", id=queue_id, n=n
    )
    return int(end) - n
