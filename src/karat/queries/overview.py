"""Is this project healthy? Read from running statistics: the cost does not grow with the number of answers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from karat import store
from karat.domain.ids import ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.projects import Project
from karat.domain.tallies import median_seconds
from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, proportion
from karat.store.annotators import Person
from karat.store.checkpoints import STATISTICS
from karat.store.connection import Reader
from karat.store.consensus import ConsensusFit
from karat.store.statistics import DayAnswers

_DAYS_SHOWN = 30
_RECENT = timedelta(hours=1)
_PAIRS_SHOWN = 10
GOLD_NEEDED = 20
"""Graded answers below which a person's accuracy is not shown: its interval would be wider than 40 points."""
HONEYPOTS_NEEDED = 10
"""Graded honeypots below which the share of missed ones is not shown."""
AGREEMENT_NEEDED = 20
"""Items with two or more answers below which agreement is not shown."""
UNSURE_NEEDED = 20
"""Answers below which the unsure rate is not shown."""


@dataclass(frozen=True)
class Measured:
    """An estimate, or the evidence there is, what would suffice, and why there is none yet."""

    estimate: Estimate | None
    n: int
    needed: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class PersonQuality:
    """What is known of one annotator's work."""

    person: Person
    n_answers: int
    n_unsure: int
    n_skips: int
    unsure_rate: Measured
    gold_accuracy: Measured
    honeypot_misses: Measured
    median_seconds: float | None
    last_active_at: datetime | None


@dataclass(frozen=True)
class ClassPair:
    """Two classes that were given to the same items."""

    first: str
    second: str
    n_items: int


@dataclass(frozen=True)
class Overview:
    """Everything that answers the question, each number with its evidence."""

    project: Project
    counts: Counter[str]
    class_names: dict[str, str]
    observed_agreement: Measured
    alpha: Measured
    ac1: Measured
    gold_accuracy: Measured
    honeypot_misses: Measured
    unsure_rate: Measured
    consensus_accuracy: Measured
    people: list[PersonQuality]
    days: list[DayAnswers]
    answers_last_hour: int
    confusion_pairs: list[ClassPair]
    fit: ConsensusFit | None
    is_up_to_date: bool


def overview(db: Reader, actor: Actor, project_id: ProjectId, *, now: datetime) -> Overview:
    """The project's numbers as they are counted so far."""
    require(actor, Permission.READ_QUALITY, on=project_id)
    project = store.projects.get(db, project_id)
    spec = store.specs.get(db, project_id, project.spec_version).spec
    counts = store.statistics.counts(db, project_id)
    agreement = store.agreement.load(db, project_id).sums
    fit = store.consensus.fit(db, project_id)
    return Overview(
        project=project,
        counts=counts,
        class_names={definition.key: definition.name for definition in spec.classes},
        observed_agreement=_agreement(agreement.observed, agreement.n_items),
        alpha=_agreement(agreement.alpha, agreement.n_items),
        ac1=_agreement(lambda: agreement.ac1(len(spec.classes)), agreement.n_items),
        gold_accuracy=gold_accuracy(counts),
        honeypot_misses=_honeypot_misses(counts),
        unsure_rate=_unsure_rate(counts),
        consensus_accuracy=_consensus_accuracy(fit),
        people=_people(db, project_id),
        days=store.statistics.answers_by_day(db, project_id, days=_DAYS_SHOWN),
        answers_last_hour=store.statistics.answers_since(db, project_id, now - _RECENT),
        confusion_pairs=_pairs(counts),
        fit=fit,
        is_up_to_date=store.checkpoints.is_caught_up(db, STATISTICS, project_id)
        and not store.jobs.has_pending(db, project_id, store.jobs.COUNTING),
    )


def _people(db: Reader, project_id: ProjectId) -> list[PersonQuality]:
    counts = store.statistics.annotator_counts(db, project_id)
    people = store.annotators.people(db, project_id)
    return [_person(person, counts[person.id]) for person in people if person.id in counts]


def _person(person: Person, counts: Counter[str]) -> PersonQuality:
    return PersonQuality(
        person=person,
        n_answers=counts["answers"],
        n_unsure=counts["unsure"],
        n_skips=counts["skips"],
        unsure_rate=_unsure_rate(counts),
        gold_accuracy=gold_accuracy(counts),
        honeypot_misses=_honeypot_misses(counts),
        median_seconds=median_seconds(counts),
        last_active_at=person.last_active_at,
    )


def gold_accuracy(counts: Counter[str]) -> Measured:
    """Share of graded gold answers that were right."""
    return _share(counts["gold:right"], counts["gold:graded"], GOLD_NEEDED, "graded gold answers")


def _honeypot_misses(counts: Counter[str]) -> Measured:
    graded = counts["honeypot:graded"]
    return _share(graded - counts["honeypot:right"], graded, HONEYPOTS_NEEDED, "graded honeypots")


def _unsure_rate(counts: Counter[str]) -> Measured:
    return _share(counts["unsure"], counts["answers"], UNSURE_NEEDED, "answers")


def _consensus_accuracy(fit: ConsensusFit | None) -> Measured:
    if fit is None or fit.facts["reference_graded"] == 0:
        return Measured(None, 0, None, "no item with a reference label has been answered")
    return _share(fit.facts["reference_right"], fit.facts["reference_graded"], 1, "items with a reference label")


def _share(n_yes: int, n: int, needed: int, of_what: str) -> Measured:
    if n < needed:
        return Measured(None, n, needed, f"{n} of {needed} {of_what} so far")
    return Measured(proportion(n_yes, n), n)


def _agreement(measure: Callable[[], Estimate], n_items: int) -> Measured:
    if n_items < AGREEMENT_NEEDED:
        reason = f"{n_items} of {AGREEMENT_NEEDED} items with two or more answers so far"
        return Measured(None, n_items, AGREEMENT_NEEDED, reason)
    try:
        return Measured(measure(), n_items)
    except QualityError as error:
        return Measured(None, n_items, None, str(error))


def _pairs(counts: Counter[str]) -> list[ClassPair]:
    pairs = []
    for name, n in counts.items():
        if name.startswith("pair:") and n > 0:
            first, second = name.removeprefix("pair:").split("|")
            pairs.append(ClassPair(first, second, n))
    return sorted(pairs, key=lambda pair: (-pair.n_items, pair.first, pair.second))[:_PAIRS_SHOWN]
