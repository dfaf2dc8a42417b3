"""What an item contributes to the running statistics, so that it can be taken back and counted anew.

A tally is everything about an item that is counted; `contribution` turns it into sums. Whenever anything about an
item changes, its old contribution is subtracted and its new one added: the running sums then equal the batch twin,
which adds up the contributions of all items at once, whatever the order of events was.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

from karat.domain.items import Dispute, ItemState
from karat.domain.probes import Purpose

BUCKETS_PER_OCTAVE = 4
"""Answer times are counted in buckets whose bounds grow by 2^(1/4): a median within 9 %."""


@dataclass(frozen=True)
class CountedAnswer:
    """A standing answer: the latest of one annotator on one item."""

    annotator: int
    label: str | None
    """None is unsure."""
    duration_ms: int
    day: str
    """ISO date, UTC, of its submission."""
    purpose: Purpose
    is_right: bool | None
    """Whether the first answer this one goes back to was the gold label; None where it is not graded (production, or
    unsure at first)."""


@dataclass(frozen=True)
class ItemTally:
    """Everything about one item that is counted."""

    state: ItemState = ItemState.OPEN
    dispute: Dispute | None = None
    is_check: bool = False
    is_measured: bool = False
    answers: tuple[CountedAnswer, ...] = ()
    skips: tuple[int, ...] = ()
    """The annotators who skipped it."""

    def class_counts(self) -> Counter[str]:
        """Standing answers by class; unsure ones have none."""
        return Counter(answer.label for answer in self.answers if answer.label is not None)

    def measures_agreement(self) -> bool:
        """Only items drawn at random, or labeled by several as a rule, speak for the whole."""
        return self.is_measured and not self.is_check


@dataclass
class Sums:
    """Additive counts: of the project, of each annotator, of each day and annotator."""

    project: Counter[str] = field(default_factory=Counter)
    annotators: dict[int, Counter[str]] = field(default_factory=dict)
    days: Counter[tuple[str, int]] = field(default_factory=Counter)

    def add(self, tally: ItemTally, sign: int = 1) -> None:
        """Add a tally's contribution, or take it back with `sign` -1."""
        self._add_item(tally, sign)
        for answer in tally.answers:
            self._add_answer(answer, sign)
        for annotator in tally.skips:
            self._annotator(annotator)["skips"] += sign

    def _add_item(self, tally: ItemTally, sign: int) -> None:
        if tally.is_check:
            self.project["check_items"] += sign
        else:
            self.project["items"] += sign
            self.project[f"state:{tally.state.value}"] += sign
            if tally.dispute is not None:
                self.project[f"dispute:{tally.dispute.value}"] += sign
            labels = sorted(tally.class_counts())
            for first, second in combinations(labels, 2):
                self.project[f"pair:{first}|{second}"] += sign
        self.project["skips"] += sign * len(tally.skips)

    def _add_answer(self, answer: CountedAnswer, sign: int) -> None:
        person = self._annotator(answer.annotator)
        for counts in (self.project, person):
            counts["answers"] += sign
            counts["unsure"] += sign * (answer.label is None)
        if answer.label is not None and answer.purpose is Purpose.PRODUCTION:
            self.project[f"label:{answer.label}"] += sign
        if answer.is_right is not None:
            kind = "gold" if answer.purpose is Purpose.GOLD else "honeypot"
            for counts in (self.project, person):
                counts[f"{kind}:graded"] += sign
                counts[f"{kind}:right"] += sign * answer.is_right
        if answer.duration_ms > 0:
            person[f"ms:{duration_bucket(answer.duration_ms)}"] += sign
        self.days[answer.day, answer.annotator] += sign

    def _annotator(self, annotator: int) -> Counter[str]:
        return self.annotators.setdefault(annotator, Counter())


def sums_of(tallies: Iterable[ItemTally]) -> Sums:
    """The batch twin: the sums of all items at once."""
    sums = Sums()
    for tally in tallies:
        sums.add(tally)
    return sums


def without_zeros(counts: Counter[str]) -> dict[str, int]:
    """The counts that say something, in a stable order."""
    return {name: counts[name] for name in sorted(counts) if counts[name]}


def duration_bucket(milliseconds: int) -> int:
    """The bucket of an answer time.

    >>> duration_bucket(1000), duration_bucket(2000)
    (40, 44)
    """
    return round(BUCKETS_PER_OCTAVE * math.log2(milliseconds))


def median_seconds(counts: dict[str, int]) -> float | None:
    """The median answer time, from an annotator's counts; None without any.

    >>> median_seconds({"ms:40": 3, "ms:60": 1})
    1.02
    """
    buckets = sorted((int(name[3:]), n) for name, n in counts.items() if name.startswith("ms:"))
    half = sum(n for _, n in buckets) / 2
    passed = 0
    for bucket, n in buckets:
        passed += n
        if passed >= half:
            return round(2 ** (bucket / BUCKETS_PER_OCTAVE) / 1000, 2)
    return None
