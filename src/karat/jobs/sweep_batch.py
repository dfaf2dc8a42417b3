"""Looks after a batch that is being loaded: removes it when its loader is dead."""

from datetime import timedelta

from karat import store
from karat.actions import imports
from karat.domain.ids import BatchId
from karat.jobs.import_file import remove_batch
from karat.jobs.run import JobRun, utc_now


def sweep_batch(run: JobRun) -> None:
    """Ends when the batch is published or gone; while its loader lives, looks again later."""
    batch_id = BatchId(run.arguments["batch"])
    with run.database.read() as db:
        batch = store.batches.find(db, batch_id)
        is_dead = batch_id in imports.dead_batches(db, now=utc_now())
    if is_dead:
        remove_batch(run.database, batch_id)
    elif batch is not None and batch.is_loading:
        run.database.write(
            lambda tx: store.jobs.enqueue(
                tx,
                "sweep_batch",
                {"batch": batch_id},
                project_id=run.project_id,
                dedupe=f"sweep_batch:{batch_id}",
                run_at=utc_now() + imports.LEASE + timedelta(seconds=1),
                now=utc_now(),
            )
        )
