"""Fits a project's consensus to all its answers and stores what has changed."""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from karat import store
from karat.domain.ids import ItemId, ProjectId
from karat.jobs.fitting_pace import rest_from_fitting
from karat.jobs.run import JobRun
from karat.queries.consensus import Inference, infer
from karat.store.connection import Writer
from karat.store.consensus import ConsensusFit, ItemConsensus

T = TypeVar("T")

_CHUNK = 1_000
"""Items per transaction: on SQLite an annotator's submit may wait for one."""


def refit_consensus(run: JobRun) -> None:
    """Idempotent: an interrupted fit is simply made again."""
    assert run.project_id is not None
    project_id, started = run.project_id, time.perf_counter()
    with run.database.read() as reader:
        inference = infer(reader, project_id)
        stored = store.consensus.digests(reader, project_id)
    _write_changed(run, inference, stored)
    if inference is None:
        run.database.write(lambda tx: store.consensus.remove_fit(tx, project_id))
        return
    last = _fit(inference, seconds=time.perf_counter() - started, now=run.now())
    run.database.write(lambda tx: _finish(tx, project_id, last))


def _finish(tx: Writer, project_id: ProjectId, last: ConsensusFit) -> None:
    store.consensus.put_fit(tx, project_id, last)
    rest_from_fitting(tx, project_id, now=last.fitted_at)


def _write_changed(run: JobRun, inference: Inference | None, stored: dict[ItemId, int]) -> None:
    """Write items that differ from what is stored, and remove those that have no label to infer any more."""
    assert run.project_id is not None
    project_id, n_written = run.project_id, 0
    for chunk in _chunks(_changed(inference, stored)):
        run.database.write(lambda tx, chunk=chunk: store.consensus.put(tx, project_id, chunk))  # type: ignore[misc]
        n_written += len(chunk)
        run.progress(n_written, None)
    for gone in _chunks(sorted(stored)):
        run.database.write(lambda tx, gone=gone: store.consensus.remove(tx, gone))  # type: ignore[misc]


def _changed(inference: Inference | None, stored: dict[ItemId, int]) -> Iterator[ItemConsensus]:
    """The items to write. What is met is taken out of `stored`, so that those that are gone remain."""
    for item in inference.items() if inference else ():
        if stored.pop(item.item_id, None) != store.consensus.digest(item):
            yield item


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _fit(inference: Inference, *, seconds: float, now: datetime) -> ConsensusFit:
    return ConsensusFit(
        method=inference.consensus.method,
        fitted_at=now,
        n_answers=len(inference.ratings.item),
        facts={
            "seconds": round(seconds, 3),
            "reference_right": inference.reference_right,
            "reference_graded": inference.reference_graded,
        },
    )
