"""A run as a stream: what happened, in the order in which a server would see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from karat.simulation.arrays import START_SECONDS
from karat.simulation.probes import Pool
from karat.simulation.run import SimulatedRun


class Happening(IntEnum):
    """What happened; of things at the same moment, the earlier in this list comes first."""

    SPEC_PUBLISHED = 0
    ITEM_ARRIVED = 1
    GOLD_SET = 2
    CLAIMED = 3
    ANSWERED = 4
    UNSURE = 5


@dataclass(frozen=True, slots=True)
class SimulatedEvent:
    """One thing that happened."""

    kind: Happening
    at: float
    """Seconds since 1970."""
    item: int = -1
    annotator: int = -1
    label: int = -1
    """Of an answer, or of gold."""
    answer: int = -1
    """Row of the run, for claims and answers."""
    spec_version: int = -1


def events(run: SimulatedRun) -> Iterator[SimulatedEvent]:
    """Everything that happened, in order: versions, arrivals, gold, claims, answers.

    Examples
    --------
    >>> from karat.simulation import simulate
    >>> run = simulate("clean-easy", seed=1, items=20)
    >>> found = list(events(run))
    >>> found[0].kind.name, sum(event.kind is Happening.CLAIMED for event in found) == run.n_answers
    ('SPEC_PUBLISHED', True)
    """
    at, kind, row = _merged(run)
    for moment, code, place in zip(at.tolist(), kind.tolist(), row.tolist(), strict=True):
        yield _event(run, Happening(code), moment, place)


def _merged(run: SimulatedRun) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Moment, kind and row of each event, in order."""
    arrived, published = run.truth.arrived_at, run.truth.spec.published + START_SECONDS
    checks = np.flatnonzero((run.gold >= 0) & (run.truth.items.pool != Pool.PRODUCTION))
    answered = np.where(run.unsure, int(Happening.UNSURE), int(Happening.ANSWERED))
    rows = np.arange(run.n_answers)
    parts = [
        (published, np.full(len(published), int(Happening.SPEC_PUBLISHED)), np.arange(len(published))),
        (arrived, np.full(len(arrived), int(Happening.ITEM_ARRIVED)), np.arange(len(arrived))),
        (arrived[checks], np.full(len(checks), int(Happening.GOLD_SET)), checks),
        (run.time - run.seconds, np.full(run.n_answers, int(Happening.CLAIMED)), rows),
        (run.time, answered, rows),
    ]
    at, kind, row = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((kind, at))
    return at[order], kind[order], row[order]


def _event(run: SimulatedRun, kind: Happening, at: float, row: int) -> SimulatedEvent:
    match kind:
        case Happening.SPEC_PUBLISHED:
            return SimulatedEvent(kind, at, spec_version=row)
        case Happening.ITEM_ARRIVED:
            return SimulatedEvent(kind, at, item=row)
        case Happening.GOLD_SET:
            return SimulatedEvent(kind, at, item=row, label=int(run.gold[row]))
    return SimulatedEvent(
        kind,
        at,
        item=int(run.item[row]),
        annotator=int(run.annotator[row]),
        label=int(run.label[row]) if kind is Happening.ANSWERED else -1,
        answer=row,
        spec_version=int(run.spec_version[row]),
    )
