"""Is this gold item known? Answers that are right and far too quick, weighed after every exposure.

Law: as long as an item is not known, the evidence has mean 1 whenever one looks, so it reaches 1/x with a probability
of at most x (Ville). Nobody has to fix beforehand after how many exposures to look.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError

Array = npt.NDArray[np.float64]

FALSE_SHARE = 0.05
"""Share of items not known that may be called so, at most, however often they are served."""

USUAL_KNOWER = 0.25
"""Probability that a person of whom nothing is known knows an item that has leaked."""

HASTES = (1.2, 2.2, 3.2)
"""By how many standard deviations of log time a knower is quicker."""

_RIGHT_IF_KNOWN = 0.98
_TAILS = 6.0
"""Degrees of freedom of log times: a few answers are far quicker than usual without any leak."""

_HAZARD = 0.1
"""Probability, at each exposure, that the leak happens just then, if it has not yet."""

_OWN_SPEEDS = np.linspace(-1.25, 1.25, 7)
_OWN_SPEED_SPREAD = 0.5
_OWN_EASES = np.array([-0.7, 0.0, 0.7])
_OWN_EASE_SPREAD = 0.5
"""How far items differ in speed (standard deviations) and ease (log-odds) from what was expected of them."""


_KNOWN_BEFORE = 1.0
"""Exposures that the usual share of knowers is worth for a new person."""

_RARELY = 20.0
"""Odds against an item's being known, before evidence."""


class Exposure(NamedTuple):
    """One person's answer to the item.

    Attributes
    ----------
    is_right : bool
    chance_right : float
        Expected of this person on an item like this.
    slowness : float
        Log time over what is expected of this person on an item like this, in standard deviations; see
        `karat.quality.monitoring.speed`.
    chance_knows : float
        That this person knows the item if it has leaked. May be learned from the person's earlier answers to other
        gold, as `leaked_gold` does; never from this answer or later ones.
    """

    is_right: bool
    chance_right: float
    slowness: float
    chance_knows: float = USUAL_KNOWER


@dataclass(frozen=True, slots=True)
class LeakReading:
    """How likely the item is known.

    Attributes
    ----------
    evidence : float
        Mean 1 while nobody knows the item.
    is_leaked : bool
        Whether the evidence reached 1 over the false share, now or before.
    n : int
        Exposures.
    since : int
        The exposure from which on the item was most probably known; 0 without evidence.
    """

    evidence: float
    is_leaked: bool
    n: int
    since: int


@dataclass(frozen=True, slots=True, eq=False)
class LeakState:
    """Plain numbers: weights over the item's own speed and ease, if unknown and if known from some exposure on.

    Attributes
    ----------
    unknown : float array of shape (n_speeds, n_eases); sums to 1
    known : float array of shape (n_kinds, n_speeds, n_eases), over the former's total
    yet_safe : float
        Prior probability that the leak has not happened yet.
    is_leaked : bool
    n : int
    odd : float
        How much the answers since `since` speak for a leak (a CUSUM of log-likelihood ratios).
    since : int
    """

    unknown: Array
    known: Array
    yet_safe: float = 1.0
    is_leaked: bool = False
    n: int = 0
    odd: float = 0.0
    since: int = 0


@dataclass(frozen=True, slots=True)
class GoldLeak:
    """Compares a world in which nobody knows the item with ones in which some do from some exposure on.

    Those who know it are right nearly always and quicker than they are elsewhere. That an item is easier or quicker
    than expected for everybody is no leak: both worlds allow for it.

    Attributes
    ----------
    false_share : float

    References
    ----------
    Ville (1939); Ramdas, Grunwald, Vovk and Shafer (2023), doi:10.1214/23-STS894.

    Examples
    --------
    >>> watch = GoldLeak()
    >>> state = watch.start()
    >>> for exposure in range(30):
    ...     knows = exposure % 3 == 0
    ...     state = watch.step(state, Exposure(True, 0.85, slowness=-2.4 if knows else 0.1))
    >>> watch.read(state).is_leaked
    True
    """

    false_share: float = FALSE_SHARE

    def __post_init__(self) -> None:
        if not 0 < self.false_share < 1:
            raise QualityError(f"the share of false alarms lies between 0 and 1; got {self.false_share:g}.")

    def start(self) -> LeakState:
        """Never served."""
        speed = np.exp(-((_OWN_SPEEDS / _OWN_SPEED_SPREAD) ** 2) / 2)
        ease = np.exp(-((_OWN_EASES / _OWN_EASE_SPREAD) ** 2) / 2)
        prior = np.outer(speed / speed.sum(), ease / ease.sum())
        return LeakState(prior, np.zeros((len(HASTES), *prior.shape)))

    def step(self, state: LeakState, seen: Exposure) -> LeakState:
        """One more exposure."""
        usual, leaked = _likelihoods(seen)
        begins = state.yet_safe * _HAZARD / len(leaked)
        known = (state.known + begins * state.unknown) * leaked
        unknown = state.unknown * usual
        total = float(unknown.sum())
        unknown, known = unknown / total, known / total
        yet_safe = state.yet_safe * (1 - _HAZARD)
        odd = max(0.0, state.odd + math.log(float(leaked.mean()) / float(usual.mean())))
        n = state.n + 1
        return LeakState(
            unknown,
            known,
            yet_safe,
            state.is_leaked or float(known.sum()) + yet_safe >= 1 / self.false_share,
            n,
            odd,
            0 if odd == 0 else state.since or n,
        )

    def read(self, state: LeakState) -> LeakReading:
        """How likely the item is known."""
        return LeakReading(float(state.known.sum()) + state.yet_safe, state.is_leaked, state.n, state.since)


def _likelihoods(seen: Exposure) -> tuple[Array, Array]:
    """Of one answer, (if unknown, if known), by the item's own speed and ease; the latter for each kind of leak too."""
    chance = min(max(seen.chance_right, 1e-3), 1 - 1e-3)
    p = scipy.special.expit(math.log(chance / (1 - chance)) + _OWN_EASES)
    right = p if seen.is_right else 1 - p
    usual = np.outer(_pace(seen.slowness - _OWN_SPEEDS), right)
    by_knower = _RIGHT_IF_KNOWN if seen.is_right else 1 - _RIGHT_IF_KNOWN
    knows = min(max(seen.chance_knows, 0.0), 1.0)
    quick = _pace(seen.slowness - _OWN_SPEEDS + np.array(HASTES)[:, np.newaxis])
    return usual, (1 - knows) * usual + knows * by_knower * quick[:, :, np.newaxis]


def _pace(slowness: Array) -> Array:
    """Density of log times around their mean, but for a factor: Student's t of unit variance."""
    return np.asarray((1 + slowness**2 / (_TAILS - 2)) ** (-(_TAILS + 1) / 2), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LeakedGold:
    """What exposures in the order they happened say of all gold items and people.

    Attributes
    ----------
    readings : tuple of LeakReading, for each item
    chance_knows : float array of shape (n_people,)
        That the person knows an item that has leaked.
    """

    readings: tuple[LeakReading, ...]
    chance_knows: Array

    def leaked(self) -> tuple[int, ...]:
        """Items that are known."""
        return tuple(item for item, reading in enumerate(self.readings) if reading.is_leaked)


def leaked_gold(
    person: npt.NDArray[np.intp],
    item: npt.NDArray[np.intp],
    is_right: npt.NDArray[np.bool_],
    chance_right: Array,
    slowness: Array,
    *,
    false_share: float = FALSE_SHARE,
) -> LeakedGold:
    """Watch all gold items together: whoever knew one leaked item is more likely to know the next.

    Parameters
    ----------
    person, item : int arrays of shape (n_answers,)
        Counted from 0, in the order of time.
    is_right : bool array
    chance_right, slowness : float arrays
        See `Exposure`.
    false_share : float
        Share of items not known that are called so, at most.

    Examples
    --------
    >>> person, item = np.tile(np.arange(10), 12), np.repeat(np.arange(12), 10)
    >>> knows = (person < 3) & (item >= 9)
    >>> told = leaked_gold(person, item, knows | (item % 7 > 0), np.full(120, 0.85), np.where(knows, -2.5, 0.2))
    >>> bool(told.chance_knows[:3].min() > told.chance_knows[3:].max())
    True
    """
    watch = GoldLeak(false_share)
    states = [watch.start() for _ in range(int(item.max()) + 1 if len(item) else 0)]
    knew = np.full(int(person.max()) + 1 if len(person) else 0, _KNOWN_BEFORE * USUAL_KNOWER)
    could = np.full(len(knew), _KNOWN_BEFORE)
    for who, what, right, chance, slow in zip(person, item, is_right, chance_right, slowness, strict=True):
        seen = Exposure(bool(right), float(chance), float(slow), float(knew[who] / could[who]))
        state = states[what] = watch.step(states[what], seen)
        is_known, knows = _responsibility(state, seen)
        could[who] += is_known
        knew[who] += is_known * knows
    return LeakedGold(tuple(watch.read(state) for state in states), knew / could)


def _responsibility(state: LeakState, seen: Exposure) -> tuple[float, float]:
    """Probability that the item is known by now, and that this person knew it if so."""
    evidence = float(state.known.sum())
    if evidence == 0:
        return 0.0, 0.0
    usual, leaked = _likelihoods(seen)
    of_unknowing = (1 - seen.chance_knows) * usual
    knows = float((state.known * (1 - of_unknowing / leaked)).sum()) / evidence
    return evidence / (evidence + _RARELY), knows
