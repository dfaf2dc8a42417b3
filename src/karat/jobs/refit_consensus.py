"""Fits a project's consensus to all its answers and stores what has changed."""

import time
from collections.abc import Sequence

from karat import store
from karat.domain.ids import ItemId
from karat.jobs.run import JobRun, utc_now
from karat.queries.consensus import Inference, infer
from karat.store.consensus import ConsensusFit, ItemConsensus

_CHUNK = 1_000


def refit_consensus(run: JobRun) -> None:
    """Idempotent: an interrupted fit is simply made again."""
    assert run.project_id is not None
    project_id, started = run.project_id, time.perf_counter()
    with run.database.read() as reader:
        inference = infer(reader, project_id)
        stored = store.consensus.digests(reader, project_id)
    items = inference.items() if inference else []
    changed = [item for item in items if stored.get(item.item_id) != (item.label, item.certainty, item.n_answers)]
    gone = sorted(stored.keys() - {item.item_id for item in items})
    _write(run, changed, gone)
    if inference:
        last = _fit(inference, seconds=time.perf_counter() - started)
        run.database.write(lambda tx: store.consensus.put_fit(tx, project_id, last))


def _write(run: JobRun, changed: Sequence[ItemConsensus], gone: Sequence[ItemId]) -> None:
    assert run.project_id is not None
    project_id = run.project_id
    for start in range(0, len(changed), _CHUNK):
        chunk = changed[start : start + _CHUNK]
        run.database.write(lambda tx, chunk=chunk: store.consensus.put(tx, project_id, chunk))  # type: ignore[misc]
        run.progress(start + len(chunk), len(changed))
    if gone:
        run.database.write(lambda tx: store.consensus.remove(tx, gone))


def _fit(inference: Inference, *, seconds: float) -> ConsensusFit:
    return ConsensusFit(
        method=inference.consensus.method,
        fitted_at=utc_now(),
        n_answers=len(inference.ratings.item),
        facts={
            "seconds": round(seconds, 3),
            "reference_right": inference.reference_right,
            "reference_graded": inference.reference_graded,
        },
    )
