"""Running statistics, counted one event at a time, compared with their batch twin, counted from the facts at once."""

from __future__ import annotations

from karat import store
from karat.actions.recount import batch_twin
from karat.domain.ids import ProjectId
from karat.domain.tallies import Sums, without_zeros
from karat.store.connection import Reader
from karat.store.database import Database


def assert_twins_agree(database: Database, project_id: ProjectId) -> None:
    """Every running sum of the project equals what its facts add up to; the follower must have caught up."""
    with database.read() as db:
        running = statistics(db, project_id)
        sums, agreement = batch_twin(db, project_id)
    assert running == (*_plain(sums), _by_class(agreement))
    assert running[0], "the workload left nothing to compare"


def statistics(db: Reader, project_id: ProjectId) -> tuple[object, ...]:
    """The running statistics of a project, in a form that can be compared."""
    agreement = store.agreement.load(db, project_id)
    people = store.statistics.annotator_counts(db, project_id)
    return (
        without_zeros(store.statistics.counts(db, project_id)),
        {person: without_zeros(counts) for person, counts in people.items() if +counts},
        +store.statistics.daily(db, project_id),
        _by_class(agreement),
    )


def _plain(sums: Sums) -> tuple[object, ...]:
    return (
        without_zeros(sums.project),
        {person: without_zeros(counts) for person, counts in sums.annotators.items()},
        +sums.days,
    )


def _by_class(agreement: store.agreement.Agreement) -> dict[tuple[object, ...], int]:
    """The sums with class names for positions: the order in which classes were first met does not matter."""

    def name(index: int) -> str:
        return f"z{index}" if index < 2 else agreement.classes[index - 2]

    return {(m, *sorted((name(a), name(b)))): value for (m, a, b), value in agreement.sums.moments.items()}
