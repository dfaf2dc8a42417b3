"""After an import that came with answers: counts its items, in chunks that stand in nobody's way."""

from karat import store
from karat.actions.recount import recount
from karat.domain.ids import BatchId, ItemId
from karat.jobs.fitting_pace import ask_for_consensus
from karat.jobs.run import JobRun

_CHUNK = 500


def recount_batch(run: JobRun) -> None:
    """May be interrupted and repeated at any point: recounting an item twice changes nothing."""
    assert run.project_id is not None
    project_id, batch_id = run.project_id, BatchId(run.arguments["batch"])
    after, n_done = ItemId(0), 0
    while True:
        with run.database.read() as reader:
            item_ids = store.tallies.touched_in_batch(reader, batch_id, after=after, limit=_CHUNK)
        if not item_ids:
            break
        run.database.write(lambda tx, chunk=item_ids: recount(tx, project_id, chunk))  # type: ignore[misc]
        after, n_done = item_ids[-1], n_done + len(item_ids)
        run.progress(n_done, None)
    run.database.write(lambda tx: ask_for_consensus(tx, project_id, now=run.now()))
