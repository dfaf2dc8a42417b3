"""Turns a loaded batch into supply: its items get their places in parts that nobody sees, and are opened at once.

What is ready lies behind the ends of the queues and of the checks (`next_position`, `check_supply.n`), where nobody
looks; opening it moves the ends. So no change takes longer than a part does, however many items there are. Law: a
project has one batch at a time behind its ends, for moving them opens all that is there.
"""

import random
from dataclasses import dataclass

from karat.domain.ids import BatchId, ProjectId
from karat.domain.projects import Project
from karat.store import gold
from karat.store.connection import Writer

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


def take_turn(tx: Writer, project_id: ProjectId, batch_id: BatchId) -> bool:
    """Make a loaded batch the one that gets its places; False while another of the project is, or is being removed."""
    if tx.is_postgres:
        tx.execute("SELECT pg_advisory_xact_lock(hashtext('karat supply'), CAST(:id AS int))", id=project_id)
    others = tx.value(
        "SELECT COUNT(*) FROM batch WHERE project_id = :project_id AND id <> :batch_id"
        " AND state IN ('preparing', 'removing')",
        project_id=project_id,
        batch_id=batch_id,
    )
    if others:
        return False
    tx.execute("UPDATE batch SET state = 'preparing' WHERE id = :id AND state = 'loading'", id=batch_id)
    tx.execute(f"UPDATE queue SET ready_from = next_position + {_GAP} WHERE project_id = :id", id=project_id)
    return True


def prepare(
    tx: Writer,
    project: Project,
    batch_id: BatchId,
    part: range,
    shuffle: Shuffle,
    *,
    with_answers: bool = False,
    priority: int = 0,
) -> None:
    """Give those of the batch's items whose ids lie in `part` their places among the checks, or in a queue.

    Answers that items came with fill places; an item that came with more than its overlap has that overlap. A measured
    item is given to `measured_overlap` people where that is more than the project's overlap. `priority` is added to
    that of each item.
    """
    gold.place_part(tx, project.id, batch_id, part)
    whose = {"project_id": project.id, "batch_id": batch_id, "first": part.start, "end": part.stop}
    tx.execute(_ENSURE_QUEUES, **whose, priority=priority)
    tx.execute(
        _ENQUEUE.format(taken=_ANSWERED if with_answers else "0"),
        **whose,
        priority=priority,
        overlap=project.policy.overlap,
        measured_overlap=max(project.policy.overlap, project.policy.measured_overlap),
        factor=shuffle.factor,
        shift=shuffle.shift,
    )


# Checks are resolved from the beginning. No item is without a purpose: either it is a check, or it waits in a queue.
_PART = "i.id >= :first AND i.id < :end AND i.batch_id = :batch_id AND i.state = 'open'"
_ENSURE_QUEUES = f"""
INSERT INTO queue (project_id, priority, ready_from)
SELECT DISTINCT :project_id, i.priority + :priority, {_GAP} FROM item i WHERE {_PART}
ON CONFLICT (project_id, priority) DO NOTHING
"""
# x -> x^5 permutes the numbers below the prime, because 5 does not divide prime - 1. After a random affine map it
# is a shuffle that both databases compute alike and that can be replayed; products stay below 2^63. As it is a map of
# each id alone, the parts of a batch are shuffled among each other.
_ANSWERED = "(SELECT COUNT(*) FROM assignment a WHERE a.item_id = i.id)"
_ENQUEUE = f"""
WITH affine AS (
  SELECT i.id, i.priority, CASE WHEN i.is_measured = 1 THEN :measured_overlap ELSE :overlap END AS wanted,
         {{taken}} AS taken,
         ((i.id % {_PRIME}) * :factor + :shift) % {_PRIME} AS x
  FROM item i WHERE {_PART}
), fourth AS (
  SELECT affine.*, ((x * x) % {_PRIME}) * ((x * x) % {_PRIME}) % {_PRIME} AS x4 FROM affine
)
INSERT INTO queue_item (item_id, queue_id, position, overlap, taken, is_open)
SELECT f.id, q.id, q.ready_from + (x4 * x) % {_PRIME}, CASE WHEN taken > wanted THEN taken ELSE wanted END, taken,
       CASE WHEN taken < wanted THEN 1 ELSE 0 END
FROM fourth f JOIN queue q ON q.project_id = :project_id AND q.priority = f.priority + :priority
"""


def refresh_plans(tx: Writer) -> None:
    """Tell PostgreSQL how large its tables have become, or what was planned for small ones is done to large ones."""
    if tx.is_postgres:
        # A tenth of the usual rows says as much about sizes, in a tenth of the time.
        tx.execute("SET LOCAL default_statistics_target = 10")
        tx.execute("ANALYZE item, gold_label, queue_item")


def open_batch(tx: Writer, project_id: ProjectId, batch_id: BatchId) -> None:
    """Make a batch visible whose items all have their places."""
    tx.execute(f"UPDATE queue SET next_position = ready_from + {_PRIME} WHERE project_id = :id", id=project_id)
    gold.open_places(tx, project_id)
    n = tx.execute("UPDATE batch SET state = 'published' WHERE id = :id AND state = 'preparing'", id=batch_id)
    assert n == 1, f"batch {batch_id} is opened without having had its turn"
