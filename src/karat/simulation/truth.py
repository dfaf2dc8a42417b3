"""What is true of a simulated run, kept beside its answers so that any mechanism can be scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.annotators import Annotators, Kind
from karat.simulation.arrays import DAY_SECONDS, Bools, Floats, Ints
from karat.simulation.gold import GoldenSet
from karat.simulation.items import Items
from karat.simulation.rules import Spec


@dataclass(frozen=True)
class Fault:
    """Something planted, that a detector may find."""

    kind: str
    """spam, bot, adversary, lean, drift, fatigue, pasting, ring, knows-gold, never-reads, other-reading; wrong-gold,
    leaked-gold."""
    annotator: int = -1
    """-1 for a fault of an item."""
    item: int = -1
    day: float = 0.0
    """When it begins."""
    size: float = 0.0
    """Points of accuracy, or a chance, by kind."""


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of a run.

    Attributes
    ----------
    label : int16 array (n_items,)
        The right class under the last version of the spec.
    label_by_version : int16 array (n_versions, n_items)
    soft : float32 array (n_items, n_classes)
        How the answers of careful people would be distributed; a single 1 except on ambiguous items.
    arrived_at : float64 array (n_items,)
        When each item came in, in seconds since 1970.
    accuracy_by_day : float array (n_annotators, n_days)
        The course of each honest person's accuracy on items of all difficulties, rested and by their own reading.
    right : bool array (n_answers,)
        The answer is the right class under the version that it was given under.
    believed : int16 array (n_answers,)
        The class that the annotator would give after reading with care.
    accuracy : float32 array (n_answers,)
        The annotator's at that moment and on that pair of classes, on items of all difficulties.
    origin : int8 array (n_answers,)
        Where the answer comes from, an `Origin`.
    """

    label: Ints
    label_by_version: Ints
    soft: Floats
    items: Items
    spec: Spec
    annotators: Annotators
    gold: GoldenSet
    model_label: Ints
    arrived_at: Floats
    accuracy_by_day: Floats
    right: Bools
    believed: Ints
    accuracy: Floats
    origin: Ints
    faults: tuple[Fault, ...]

    def faulty(self, kind: str) -> Ints:
        """Annotators with this fault, or items where it is one of the golden set; ascending codes."""
        found = {fault.annotator if fault.item < 0 else fault.item for fault in self.faults if fault.kind == kind}
        return np.array(sorted(found), dtype=np.int64)


def soft_truth(items: Items, label: Ints) -> Floats:
    """The soft labels under a version that moved some items to the class on the other side."""
    soft = items.soft.copy()
    rows = np.flatnonzero(label != items.label)
    one, other = items.label[rows], items.lure[rows]
    soft[rows, one], soft[rows, other] = soft[rows, other], soft[rows, one]
    return soft


def planted_faults(people: Annotators, spec: Spec, gold: GoldenSet) -> tuple[Fault, ...]:
    """Everything planted, one entry for each person or item concerned."""
    faults: list[Fault] = []

    def of_people(kind: str, concerned: Bools, size: Floats | None = None, day: Floats | None = None) -> None:
        for who in np.flatnonzero(concerned).tolist():
            begins = 0.0 if day is None else float(day[who])
            faults.append(Fault(kind, annotator=who, day=begins, size=0.0 if size is None else float(size[who])))

    is_spam = (people.kind != Kind.HONEST) & (people.kind != Kind.ADVERSARY)
    of_people("spam", is_spam)
    of_people("bot", people.is_bot)
    of_people("adversary", people.kind == Kind.ADVERSARY)
    of_people("lean", people.lean > 0, people.lean)
    for drift in people.drifts:
        of_people("drift", drift.points > 0, drift.points, drift.from_day)
    of_people("fatigue", (people.fatigue > 0) | (people.evening_fatigue > 0), people.fatigue + people.evening_fatigue)
    of_people("pasting", people.pasting > 0, people.pasting)
    of_people("ring", people.ring >= 0)
    of_people("knows-gold", people.knows_gold)
    of_people("other-reading", np.asarray(spec.other_reading.any(axis=1)), spec.other_reading.mean(axis=1))
    for version in range(1, spec.n_versions):
        never: Bools = spec.applied[:, version] == np.inf
        of_people("never-reads", never, day=np.full(people.n, spec.published[version] / DAY_SECONDS))
    faults += [Fault("wrong-gold", item=item) for item in np.flatnonzero(gold.is_wrong).tolist()]
    leaked = np.flatnonzero(np.isfinite(gold.leaked))
    faults += [Fault("leaked-gold", item=item, day=gold.leaked[item] / DAY_SECONDS) for item in leaked.tolist()]
    return tuple(faults)
