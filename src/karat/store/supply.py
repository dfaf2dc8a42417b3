"""Turns a loaded batch into supply: its items get their places in parts that nobody sees, and are opened at once.

What is ready lies behind the ends of the queues and of the checks (`next_position`, `check_supply.n`), where nobody
looks; opening it moves the ends. So no change takes longer than a part does, however many items there are. Law: a
project has one batch at a time behind its ends, for moving them opens all that is there.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from karat.domain.ids import BatchId, ProjectId, QueueId
from karat.domain.projects import QualityPolicy
from karat.store import gold
from karat.store.connection import Row, Writer

_GAP = 2**31
"""Positions left free for items that come back until the batch is opened: more than there can be in that time."""
_PRIME = 2_147_483_647
"""Positions that a batch takes up at most, some of them empty. Ids of one batch differ by less."""


@dataclass(frozen=True)
class Shuffle:
    """The order in which a batch is handed out: the same for the same numbers, on both databases."""

    factor: int
    shift: int

    @classmethod
    def drawn(cls, rng: random.Random) -> "Shuffle":
        return cls(rng.randrange(1, _PRIME), rng.randrange(_PRIME))


@dataclass(frozen=True)
class Stretch:
    """Where those of a batch's items go that have one priority: into a queue, from a position on."""

    priority: int
    queue_id: QueueId
    start: int


@dataclass(frozen=True)
class Turn:
    """A batch's turn to be prepared: nothing of it lasts longer than the process that loads it."""

    project_id: ProjectId
    batch_id: BatchId
    shuffle: Shuffle
    stretches: tuple[Stretch, ...]


def take_turn(
    tx: Writer,
    project_id: ProjectId,
    batch_id: BatchId,
    shuffle: Shuffle,
    *,
    priorities: Iterable[int] = (0,),
    raised_by: int = 0,
) -> Turn | None:
    """Make a loaded batch the one that gets its places; None while another of the project is, or is being removed.

    `priorities` are those of its items; in the queue they are `raised_by` more.
    """
    if tx.is_postgres:
        tx.execute("SELECT pg_advisory_xact_lock(hashtext('karat supply'), CAST(:id AS int))", id=project_id)
    others = tx.value(
        "SELECT COUNT(*) FROM batch WHERE project_id = :project_id AND id <> :batch_id"
        " AND state IN ('preparing', 'removing')",
        project_id=project_id,
        batch_id=batch_id,
    )
    if others:
        return None
    tx.execute("UPDATE batch SET state = 'preparing' WHERE id = :id AND state = 'loading'", id=batch_id)
    stretches = (_stretch(tx, project_id, priority, raised_by) for priority in sorted(priorities))
    return Turn(project_id, batch_id, shuffle, tuple(stretches))


def _stretch(tx: Writer, project_id: ProjectId, priority: int, raised_by: int) -> Stretch:
    whose = {"project_id": project_id, "priority": priority + raised_by}
    tx.execute(
        "INSERT INTO queue (project_id, priority) VALUES (:project_id, :priority)"
        " ON CONFLICT (project_id, priority) DO NOTHING",
        **whose,
    )
    sql = "SELECT id, next_position FROM queue WHERE project_id = :project_id AND priority = :priority"
    row: Row = tx.row(sql, **whose)
    return Stretch(priority, QueueId(row["id"]), row["next_position"] + _GAP)


def prepare(tx: Writer, turn: Turn, policy: QualityPolicy, part: range, *, with_answers: bool = False) -> None:
    """Give those of the batch's items whose ids lie in `part` their places among the checks, or in a queue.

    Answers that items came with fill places; an item that came with more than its overlap has that overlap. A measured
    item is given to `measured_overlap` people where that is more than the project's overlap.
    """
    gold.place_part(tx, turn.project_id, turn.batch_id, part)
    for stretch in turn.stretches:
        tx.execute(
            _ENQUEUE.format(taken=_ANSWERED if with_answers else "0"),
            batch_id=turn.batch_id,
            first=part.start,
            end=part.stop,
            priority=stretch.priority,
            queue_id=stretch.queue_id,
            start=stretch.start,
            overlap=policy.overlap,
            measured_overlap=max(policy.overlap, policy.measured_overlap),
            factor=turn.shuffle.factor,
            shift=turn.shuffle.shift,
        )


_ANSWERED = "(SELECT COUNT(*) FROM assignment a WHERE a.item_id = i.id)"
# Checks are resolved from the beginning. No item is without a purpose: either it is a check, or it waits in a queue.
# x -> x^5 permutes the numbers below the prime, because 5 does not divide prime - 1. After a random affine map it
# is a shuffle that both databases compute alike and that can be replayed; products stay below 2^63. As it is a map of
# each id alone, the parts of a batch are shuffled among each other.
_ENQUEUE = f"""
WITH affine AS (
  SELECT i.id, CASE WHEN i.is_measured = 1 THEN :measured_overlap ELSE :overlap END AS wanted, {{taken}} AS taken,
         ((i.id % {_PRIME}) * :factor + :shift) % {_PRIME} AS x
  FROM item i
  WHERE i.id >= :first AND i.id < :end AND i.batch_id = :batch_id AND i.state = 'open' AND i.priority = :priority
), fourth AS (
  SELECT id, wanted, taken, x, ((x * x) % {_PRIME}) * ((x * x) % {_PRIME}) % {_PRIME} AS x4 FROM affine
)
INSERT INTO queue_item (item_id, queue_id, position, overlap, taken, is_open)
SELECT id, :queue_id, :start + (x4 * x) % {_PRIME}, CASE WHEN taken > wanted THEN taken ELSE wanted END, taken,
       CASE WHEN taken < wanted THEN 1 ELSE 0 END
FROM fourth
"""


def refresh_plans(tx: Writer) -> None:
    """Tell PostgreSQL how large its tables have become, or what was planned for small ones is done to large ones."""
    if tx.is_postgres:
        # A tenth of the usual rows says as much about sizes, in a tenth of the time.
        tx.execute("SET LOCAL default_statistics_target = 10")
        tx.execute("ANALYZE item, gold_label, queue_item")


def open_batch(tx: Writer, turn: Turn) -> None:
    """Make a batch visible whose items all have their places."""
    for stretch in turn.stretches:
        tx.execute(
            "UPDATE queue SET next_position = :end WHERE id = :id", end=stretch.start + _PRIME, id=stretch.queue_id
        )
    gold.open_places(tx, turn.project_id)
    n = tx.execute("UPDATE batch SET state = 'published' WHERE id = :id AND state = 'preparing'", id=turn.batch_id)
    assert n == 1, f"batch {turn.batch_id} is opened without having had its turn"
