"""What a simulation gives back: answers as a server would hold them, and the truth beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from karat.simulation.answering import UNSURE
from karat.simulation.arrays import Bools, Floats, Ints
from karat.simulation.probes import IS_STREAM, LOOKS_AGAIN
from karat.simulation.truth import Truth
from karat.simulation.world import World

Part = Literal["stream", "first", "all"]


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedRun:
    """Answers in the order in which they were submitted; arrays (n_answers,).

    Attributes
    ----------
    item, annotator : int32 arrays
        Codes; `truth.label[item]` is the right class.
    label : int16 array
        Code of the class; -1 for unsure.
    time : float64 array
        When it was submitted, in seconds since 1970.
    seconds : float32 array
        How long it took.
    probe : int8 array
        Why the item was served, a `Probe`.
    suggestion : int16 array
        The class that was shown as pre-label; -1 for none.
    spec_version : int16 array
        Under which it was given; 0 is the first.
    session : int32 array
        Number of the work session.
    cited_rule : int16 array

    Examples
    --------
    >>> from karat.quality.ratings import Ratings
    >>> from karat.simulation import simulate
    >>> run = simulate("clean-easy", seed=1, items=100)
    >>> Ratings.from_codes(**run.columns()).n_items
    100
    """

    world: World
    seed: int
    item: Ints
    annotator: Ints
    label: Ints
    time: Floats
    seconds: Floats
    probe: Ints
    suggestion: Ints
    spec_version: Ints
    session: Ints
    cited_rule: Ints
    truth: Truth

    def __repr__(self) -> str:
        return f"<SimulatedRun: {self.world.name}, seed {self.seed}, {self.n_answers} answers of {self.n_annotators}>"

    @property
    def n_answers(self) -> int:
        """Number of answers, unsure ones included."""
        return len(self.item)

    @property
    def n_items(self) -> int:
        """Number of items, those of the probes included."""
        return self.truth.items.n

    @property
    def n_annotators(self) -> int:
        """Number of people."""
        return self.truth.annotators.n

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.world.classes

    @property
    def unsure(self) -> Bools:
        """(n_answers,): the answer is "unsure"."""
        found: Bools = self.label == UNSURE
        return found

    @property
    def gold(self) -> Ints:
        """(n_items,): the trusted label as the project holds it, wrong ones included; -1 where there is none."""
        return self.truth.gold.label

    def part(self, which: Part = "stream") -> Bools:
        """Which answers count: first looks at production items, all first looks, or everything.

        Unsure answers are in all three.
        """
        if which == "all":
            return np.ones(self.n_answers, dtype=bool)
        if which == "first":
            return ~np.isin(self.probe, LOOKS_AGAIN)
        return np.isin(self.probe, IS_STREAM)

    def columns(self, which: Part = "stream") -> dict[str, Any]:
        """The answers that name a class, as arguments of `Ratings.from_codes`: item, annotator, label, time, n_classes.

        With `which="all"`, add `repeats="all"`: a second look is no revision.
        """
        rows = np.flatnonzero(self.part(which) & ~self.unsure)
        chosen = {name: getattr(self, name)[rows] for name in ("item", "annotator", "label", "time")}
        return {**chosen, "n_classes": len(self.classes)}
