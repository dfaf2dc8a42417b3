"""After an import that came with answers: counts its items, in chunks that stand in nobody's way."""

from karat import store
from karat.actions.recount import recount
from karat.domain.ids import BatchId, ItemId
from karat.jobs.follow_events import ask_for_consensus
from karat.jobs.run import JobRun, utc_now
from karat.store.connection import Writer

_CHUNK = 500


def recount_batch(run: JobRun) -> None:
    """May be interrupted and repeated at any point: recounting an item twice changes nothing."""
    batch_id, after, n_done = BatchId(run.arguments["batch"]), ItemId(0), 0
    while True:
        with run.database.read() as reader:
            item_ids = store.tallies.touched_in_batch(reader, batch_id, after=after, limit=_CHUNK)
        if not item_ids:
            break
        run.database.write(lambda tx, chunk=item_ids: _recount(tx, run, chunk))  # type: ignore[misc]
        after, n_done = item_ids[-1], n_done + len(item_ids)
        run.progress(n_done, None)


def _recount(tx: Writer, run: JobRun, item_ids: list[ItemId]) -> None:
    assert run.project_id is not None
    if recount(tx, run.project_id, item_ids):
        ask_for_consensus(tx, run.project_id, now=utc_now())
