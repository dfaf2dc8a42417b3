"""After a change of the thresholds that decide where an item stands: brings every item to where it stands now."""

from karat import store
from karat.actions.recount import recount
from karat.domain.ids import ItemId
from karat.jobs.run import JobRun

_CHUNK = 500
"""Items per transaction: annotators' submits wait for one at most."""


def recount_project(run: JobRun) -> None:
    """May be interrupted and repeated at any point, and run beside the follower: each recount reads the policy of its
    own moment. An item about which nothing was said is open under every policy. Consensus stays: answers are the same.
    """
    assert run.project_id is not None
    project_id = run.project_id
    after, n_done = ItemId(0), 0
    while True:
        with run.database.read() as reader:
            item_ids = store.tallies.touched_items(reader, project_id, after=after, limit=_CHUNK)
        if not item_ids:
            return
        run.database.write(lambda tx, chunk=item_ids: recount(tx, project_id, chunk))  # type: ignore[misc]
        after, n_done = item_ids[-1], n_done + len(item_ids)
        run.progress(n_done, None)
