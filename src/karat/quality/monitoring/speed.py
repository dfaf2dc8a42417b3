"""How long answers take whom on what, and which were given faster than the item can be read."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError
from karat.quality.monitoring.belief import Belief
from karat.quality.monitoring.skill import Verdict, verdict

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

IMPLAUSIBLE = 3.1
"""Standard deviations below what an item usually takes: an answer this fast is one in 1,000."""

MANY = 0.05
"""Share of implausibly fast answers that calls for a talk."""

_RARE = Belief(0.5, 49.5)
"""One fast answer in a hundred is what is expected of a new person."""

_N_PASSES = 20
_SETTLED = 1e-4
_SPREADS_OF_MAD = 1.4826
_PRIOR_ANSWERS = 5.0


@dataclass(frozen=True, slots=True)
class SpeedModel:
    """Log time = team + person + kind of item + noise.

    Attributes
    ----------
    usual_seconds : float
        Of a usual person on a usual kind of item.
    of_person : float array of shape (n_people,)
        Natural log of how much longer (above 0) or shorter a person takes.
    of_kind : float array of shape (n_kinds,)
        The same for kinds of items.
    spread : float
        Standard deviation of the noise, robust against the fast and the interrupted.
    person_spread : float
        Standard deviation between people.
    n_iterations : int
    converged : bool
    """

    usual_seconds: float
    of_person: Array
    of_kind: Array
    spread: float
    person_spread: float
    n_iterations: int
    converged: bool

    def slowness(self, person: Codes, kind: Codes, seconds: Array) -> Array:
        """How far each time lies above what is usual for this person on this kind, in standard deviations."""
        return (self._above(kind, seconds) - self.of_person[person]) / self.spread

    def is_implausible(self, kind: Codes, seconds: Array, *, below: float = IMPLAUSIBLE) -> npt.NDArray[np.bool_]:
        """Which answers are faster than anybody usual could be; a person's own haste is no excuse."""
        spread = math.hypot(self.spread, self.person_spread)
        return np.asarray(self._above(kind, seconds) < -below * spread)

    def least_seconds(self, kind: int, *, below: float = IMPLAUSIBLE) -> float:
        """The time under which an answer to this kind of item is implausible."""
        spread = math.hypot(self.spread, self.person_spread)
        return self.usual_seconds * math.exp(float(self.of_kind[kind]) - below * spread)

    def _above(self, kind: Codes, seconds: Array) -> Array:
        return np.log(np.maximum(seconds, 1e-3)) - math.log(self.usual_seconds) - self.of_kind[kind]


def fit_speed(person: Codes, kind: Codes, seconds: Array) -> SpeedModel:
    """Fit times by medians in turns, people and kinds with few answers drawn toward the middle.

    Medians, since a tenth of the times may be those of interruptions or clicks without reading.

    Parameters
    ----------
    person, kind : int arrays of shape (n_answers,)
        Counted from 0. A kind is whatever tells how long an item takes: class, length, media.
    seconds : float array
        Time from seeing the item to submitting.

    Raises
    ------
    QualityError
        When there are fewer than 20 answers, or most took no time at all.

    References
    ----------
    The lognormal model of van der Linden (2006), doi:10.3102/10769986031002181.

    Examples
    --------
    >>> person, kind = np.tile([0, 1], 50), np.repeat([0, 1], 50)
    >>> model = fit_speed(person, kind, np.exp(2 + 0.5 * kind + np.sin(np.arange(100)) / 5))
    >>> [round(model.usual_seconds * math.exp(effect), 1) for effect in model.of_kind]
    [7.5, 11.8]
    """
    if len(seconds) < 20 or (seconds <= 0).mean() > 0.5:
        raise QualityError(
            "speed needs at least 20 answers with the time they took; "
            f"{int((seconds > 0).sum())} of {len(seconds)} have one."
        )
    logs = np.log(np.maximum(seconds, 1e-3))
    usual = float(np.median(logs))
    of_person, of_kind = np.zeros(int(person.max()) + 1), np.zeros(int(kind.max()) + 1)
    for n_passes in range(1, _N_PASSES + 1):  # noqa: B007  (told in the result)
        before = of_kind
        of_person = _medians(person, logs - usual - of_kind[kind], len(of_person))
        of_kind = _medians(kind, logs - usual - of_person[person], len(of_kind))
        usual += float(np.median(of_person))
        of_person = of_person - np.median(of_person)
        if np.abs(of_kind - before).max() < _SETTLED:
            break
    rest = logs - usual - of_person[person] - of_kind[kind]
    spread = max(1e-3, _SPREADS_OF_MAD * float(np.median(np.abs(rest - np.median(rest)))))
    between = _SPREADS_OF_MAD * float(np.median(np.abs(of_person)))
    return SpeedModel(math.exp(usual), of_person, of_kind, spread, between, n_passes, n_passes < _N_PASSES)


def _medians(group: Codes, values: Array, n_groups: int) -> Array:
    """Median of each group, drawn toward 0 as if it had a few more answers there."""
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group, minlength=n_groups)
    parts = np.split(values[order], np.cumsum(counts)[:-1])
    medians = np.array([np.median(part) if len(part) else 0.0 for part in parts])
    return np.asarray(medians * counts / (counts + _PRIOR_ANSWERS), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class FastReading:
    """How often a person answers implausibly fast.

    Attributes
    ----------
    n, n_fast : int
    chance_many : float
        Probability that the person's true share is at least `FastWatch.many`.
    verdict : {"reached", "missed", "open"}
        "reached" when that is nearly certain.
    """

    n: int
    n_fast: int
    chance_many: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class FastState:
    """Plain data."""

    n: int = 0
    n_fast: int = 0


@dataclass(frozen=True, slots=True)
class FastWatch:
    """Counts a person's implausibly fast answers.

    Attributes
    ----------
    many : float
        Share that calls for a talk.
    sure : float
        Probability asked for before it is said; high, since it is asked again after every answer.

    Examples
    --------
    >>> watch = FastWatch()
    >>> watch.read(FastState(n=300, n_fast=2)).verdict, watch.read(FastState(n=300, n_fast=40)).verdict
    ('missed', 'reached')
    """

    many: float = MANY
    sure: float = 0.99

    def start(self) -> FastState:
        """Nothing seen."""
        return FastState()

    def step(self, state: FastState, is_fast: bool) -> FastState:
        """One more answer."""
        return FastState(state.n + 1, state.n_fast + is_fast)

    def read(self, state: FastState) -> FastReading:
        """How often so far."""
        chance = _RARE.after(right=state.n_fast, answered=state.n).chance_at_least(self.many)
        return FastReading(state.n, state.n_fast, chance, verdict(chance, sure=self.sure))
