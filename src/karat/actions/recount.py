"""Counting items anew: the one way in which running statistics and item states change.

The facts about an item are read afresh, its old contribution is taken back and its new one added. So it does not
matter in which order, how often, or by whom an item is recounted: the follower after each event, a reviewer's
decision at once, a job after an import.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from karat import store
from karat.domain.errors import Conflict
from karat.domain.ids import ItemId, ProjectId
from karat.domain.items import ItemState
from karat.domain.tallies import ItemTally, Sums
from karat.store.agreement import Agreement
from karat.store.checkpoints import STATISTICS
from karat.store.connection import Reader, Writer

_CHUNK = 2_000


_Tallies = dict[ItemId, ItemTally]


def recount(tx: Writer, project_id: ProjectId, item_ids: Sequence[ItemId]) -> None:
    """Bring states and statistics up to date with the facts about these items."""
    store.statistics.lock(tx, project_id)
    policy = store.projects.get(tx, project_id).policy
    before = store.tallies.counted(tx, item_ids)
    now = store.tallies.from_facts(tx, item_ids, policy)
    changed = {item_id: tally for item_id, tally in now.items() if tally != before[item_id]}
    if not changed:
        return
    sums = Sums()
    for item_id, tally in changed.items():
        sums.add(before[item_id], sign=-1)
        sums.add(tally)
    store.statistics.add(tx, project_id, sums)
    _move_agreement(tx, project_id, [(before[item_id], tally) for item_id, tally in changed.items()])
    store.tallies.save(tx, changed)
    _apply_states(tx, before, changed)


def count_batch(tx: Writer, project_id: ProjectId, *, n_items: int, n_check_items: int) -> None:
    """Count a batch as it is published: its items as open, its check items as such. Answers that came with it are
    recounted afterwards."""
    store.statistics.lock(tx, project_id)
    sums = Sums()
    sums.project.update({"items": n_items, "state:open": n_items, "check_items": n_check_items})
    store.statistics.add(tx, project_id, sums)


def batch_twin(db: Reader, project_id: ProjectId) -> tuple[Sums, Agreement]:
    """All statistics of a project, computed from the facts alone."""
    return _summed(db, project_id, _touched(db, project_id))


def rebuild(tx: Writer, project_id: ProjectId) -> None:
    """Throw the running statistics away and compute them from the facts.

    Raises
    ------
    Conflict
        When the follower has not read everything that happened: a batch it has yet to count would count twice.
    """
    store.statistics.lock(tx, project_id)
    if not store.checkpoints.is_caught_up(tx, STATISTICS, project_id):
        raise Conflict(
            f"project {project_id} has events that are not counted yet, so nothing was rebuilt. Start a worker, or "
            "wait a few seconds for the one that runs, then try again."
        )
    sums, agreement = _summed(tx, project_id, _saved(tx, _touched(tx, project_id)))
    store.statistics.replace(tx, project_id, sums)
    store.agreement.save(tx, project_id, agreement)


def _touched(db: Reader, project_id: ProjectId) -> Iterator[_Tallies]:
    """The tallies of all items about which anything was said, chunk by chunk."""
    policy, after = store.projects.get(db, project_id).policy, ItemId(0)
    while item_ids := store.tallies.touched_items(db, project_id, after=after, limit=_CHUNK):
        yield store.tallies.from_facts(db, item_ids, policy)
        after = item_ids[-1]


def _saved(tx: Writer, chunks: Iterable[_Tallies]) -> Iterator[_Tallies]:
    """Store what is about to be summed: read only once, for an answer may arrive between two readings."""
    for tallies in chunks:
        store.tallies.save(tx, tallies)
        store.tallies.set_states(tx, tallies)
        yield tallies


def _summed(db: Reader, project_id: ProjectId, chunks: Iterable[_Tallies]) -> tuple[Sums, Agreement]:
    sums, agreement = Sums(), Agreement()
    n_items, n_check_items = store.tallies.published_counts(db, project_id)
    for tallies in chunks:
        for tally in tallies.values():
            sums.add(tally)
            agreement.add(tally)
    n_untouched = n_items - sums.project["items"]
    sums.project.update({"items": n_untouched, "state:open": n_untouched})
    sums.project["check_items"] = n_check_items
    return sums, agreement


def _move_agreement(tx: Writer, project_id: ProjectId, changes: Sequence[tuple[ItemTally, ItemTally]]) -> None:
    relevant = [
        (old, new)
        for old, new in changes
        if (old.measures_agreement() or new.measures_agreement())
        and (old.class_counts(), old.is_check) != (new.class_counts(), new.is_check)
    ]
    if not relevant:
        return
    agreement = store.agreement.load(tx, project_id)
    for old, new in relevant:
        agreement.remove(old)
        agreement.add(new)
    store.agreement.save(tx, project_id, agreement)


def _apply_states(tx: Writer, before: Mapping[ItemId, ItemTally], now: Mapping[ItemId, ItemTally]) -> None:
    moved = {
        item_id: tally
        for item_id, tally in now.items()
        if (tally.state, tally.dispute) != (before[item_id].state, before[item_id].dispute)
    }
    store.tallies.set_states(tx, moved)
    store.queue.lock_items(tx, list(moved))
    # Unsure and skipped items wait for a reviewer, resolved ones for nobody: annotators get neither.
    store.queue.close_items(tx, [item_id for item_id, tally in moved.items() if tally.state is not ItemState.OPEN])
    # An unsure answer was revised, or a check became ordinary work.
    store.queue.reopen(tx, [item_id for item_id, tally in moved.items() if tally.state is ItemState.OPEN])
