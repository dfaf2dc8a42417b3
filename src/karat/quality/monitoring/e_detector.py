"""Has a person fallen, seen on several streams at once? A Shiryaev-Roberts detector that goes on learning.

Law: as long as nothing has changed, the evidence grows by one per answer on average. So with a limit of c answers,
false alarms are at least c answers apart, on average over the people whom the beliefs describe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError
from karat.quality.monitoring.belief import Belief

Array = npt.NDArray[np.float64]
_Factors = tuple[tuple[Array, Array], tuple[Array, Array]]
"""Likelihoods of a wrong and of a right answer, (without a fall, with each), shaped to meet the grid."""

DROPS = (0.05, 0.09, 0.15)
"""Falls of accuracy that are looked for at once."""

_N_LEVELS = 7
_WIDEST = 2.6  # standard deviations of a belief between its middle and its outermost level

_MOST_EVIDENCE = 1e12
"""Evidence is not counted beyond this: the alarm is long raised, and numbers must stay finite."""


class Seen(NamedTuple):
    """One answer: on which stream, and whether it was right (or agreed)."""

    stream: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class Stream:
    """A source of right and wrong: gold, say, or the agreement with the consensus of others.

    Attributes
    ----------
    belief : Belief
        What is known of the person's usual share of right answers on it.
    slope : float
        By how much the share falls when accuracy falls by one. 1 for gold; for agreement with others it is what a right
        answer gains there: P(agrees | right) - P(agrees | wrong).
    """

    belief: Belief
    slope: float = 1.0


@dataclass(frozen=True, slots=True)
class EReading:
    """Where the detector stands.

    Attributes
    ----------
    evidence : float
        Of a fall: its mean is the number of answers while there is none. Not counted above 10^12.
    limit : float
    is_alarm : bool
        Whether the limit was reached, now or before.
    n : int
        Answers seen.
    usual : tuple of float
        Expected share of right answers on each stream, as long as nothing has changed.
    likely_drop : float
        Fall of accuracy that explains the evidence best, on average over those looked for.
    """

    evidence: float
    limit: float
    is_alarm: bool
    n: int
    usual: tuple[float, ...]
    likely_drop: float


@dataclass(frozen=True, slots=True, eq=False)
class EState:
    """Plain numbers: the weight of every pair of usual levels, and of those with each drop, over the former's total.

    Attributes
    ----------
    unchanged : float array of shape (n_levels, ...), an axis for each stream; sums to 1
    fallen : float array of shape (n_drops, n_levels, ...)
        Sums to the evidence.
    is_alarm : bool
    n : int
    """

    unchanged: Array
    fallen: Array
    is_alarm: bool = False
    n: int = 0


@dataclass(frozen=True, slots=True)
class EDetector:
    """Weighs, at every answer, all moments at which accuracy may have fallen, and by how much.

    The usual level is not a number but a belief, which every answer sharpens; levels with and without a fall are
    weighed against each other over a grid. That costs less power than a fixed lower bound (see the method page) and
    leaves no share of people who alarm because their baseline was set too high.

    Attributes
    ----------
    streams : tuple of Stream
    limit : float
        Answers between false alarms, at least, on average.
    drops : tuple of float

    References
    ----------
    Shin, Ramdas and Rinaldo (2024), doi:10.51387/23-NEJSDS51; Shiryaev-Roberts: Polunchenko and Tartakovsky (2012),
    doi:10.1007/s11009-011-9256-5.

    Examples
    --------
    >>> gold, peers = Stream(Belief(230, 20)), Stream(Belief(560, 90), slope=0.78)
    >>> watch = EDetector.watching([gold, peers], answers_between_false_alarms=100_000)
    >>> state = watch.start()
    >>> for place in range(120):
    ...     state = watch.step(state, Seen(stream=place % 2, is_right=place % 3 > 0))
    >>> watch.read(state).is_alarm
    True
    """

    streams: tuple[Stream, ...]
    limit: float
    drops: tuple[float, ...] = DROPS
    _levels: tuple[Array, ...] = field(init=False, repr=False, compare=False)
    _factors: tuple[_Factors, ...] = field(init=False, repr=False, compare=False)
    _prior: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.streams or not self.drops or not all(0 < drop < 1 for drop in self.drops):
            raise QualityError(
                f"a detector needs streams and falls between 0 and 1; got {len(self.streams)} streams and "
                f"{list(self.drops)}."
            )
        if not self.limit >= 1:
            raise QualityError(f"there is at least one answer between two false alarms; got {self.limit:g}.")
        z = np.linspace(-_WIDEST, _WIDEST, _N_LEVELS)
        share = np.exp(-z * z / 2)
        levels = tuple(_levels_of(stream.belief, z) for stream in self.streams)
        falls, n_streams = np.asarray(self.drops, dtype=np.float64), len(self.streams)
        factors = tuple(
            _factors_of(level, stream.slope * falls, axis, n_streams)
            for axis, (level, stream) in enumerate(zip(levels, self.streams, strict=True))
        )
        # What every step needs is worked out once; a frozen dataclass has no other way to keep it.
        object.__setattr__(self, "_levels", levels)
        object.__setattr__(self, "_factors", factors)
        object.__setattr__(self, "_prior", _outer([share / share.sum()] * n_streams))

    @staticmethod
    def watching(
        streams: Sequence[Stream], *, answers_between_false_alarms: float, drops: Sequence[float] = DROPS
    ) -> EDetector:
        """The detector of one person.

        Raises
        ------
        QualityError
            When there is no stream, no drop between 0 and 1, or less than one answer between false alarms.
        """
        return EDetector(tuple(streams), float(answers_between_false_alarms), tuple(drops))

    def start(self) -> EState:
        """Nothing seen."""
        return EState(self._prior, np.zeros((len(self.drops), *self._prior.shape)))

    def step(self, state: EState, seen: Seen) -> EState:
        """One more answer."""
        usual, fallen = self._factors[seen.stream][seen.is_right]
        unchanged, weighed = _advance(state.unchanged, state.fallen, usual, fallen)
        evidence = float(weighed.sum())
        if evidence > _MOST_EVIDENCE:
            weighed *= _MOST_EVIDENCE / evidence
        return EState(unchanged, weighed, state.is_alarm or evidence >= self.limit, state.n + 1)

    def read(self, state: EState) -> EReading:
        """Where it stands."""
        of_drop = state.fallen.reshape(len(self.drops), -1).sum(axis=1)
        evidence = float(of_drop.sum())
        axes = range(len(self.streams))
        usual = tuple(
            float(state.unchanged.sum(axis=tuple(other for other in axes if other != axis)) @ self._levels[axis])
            for axis in axes
        )
        likely = float(of_drop @ np.asarray(self.drops) / evidence) if evidence else 0.0
        return EReading(evidence, self.limit, state.is_alarm, state.n, usual, likely)

    def chance_of_alarm(
        self,
        drop: float,
        *,
        answers: Sequence[int],
        quiet_answers: Sequence[int] | None = None,
        n_runs: int = 1000,
        seed: int = 0,
    ) -> float:
        """Probability that a fall raises the alarm within so many answers on each stream, by simulation.

        Parameters
        ----------
        drop : float
            Fall of accuracy.
        answers : one number for each stream
            Answers after the fall.
        quiet_answers : one number for each stream, or None
            Answers before it; none unless told. Runs with a false alarm there do not count.
        n_runs, seed : int

        Returns
        -------
        float
            With a standard error of at most half over the root of `n_runs`: .016 for 1,000.
        """
        rng = np.random.default_rng(seed)
        before, after = _mixed(quiet_answers or [0] * len(self.streams)), _mixed(answers)
        streams = np.concatenate([before, after])
        beliefs = [stream.belief for stream in self.streams]
        usual = np.stack([rng.beta(belief.right, belief.wrong, n_runs) for belief in beliefs])
        fallen = np.maximum(usual - drop * np.array([[stream.slope] for stream in self.streams]), 0.0)
        share = np.concatenate([usual[before], fallen[after]]).T
        alarm = first_alarms([self], streams, rng.random(share.shape) < share)
        was_quiet = (alarm == 0) | (alarm > len(before))
        return float((alarm[was_quiet] > 0).mean()) if was_quiet.any() else 0.0

    def least_fall(
        self,
        *,
        answers: Sequence[int],
        quiet_answers: Sequence[int] | None = None,
        chance: float = 0.8,
        n_runs: int = 1000,
        seed: int = 0,
    ) -> float:
        """The smallest fall of accuracy that raises the alarm within so many answers with this probability.

        Raises
        ------
        QualityError
            When even a fall by .6 would not.
        """

        def misses(drop: float) -> bool:
            return (
                self.chance_of_alarm(drop, answers=answers, quiet_answers=quiet_answers, n_runs=n_runs, seed=seed)
                < chance
            )

        low, high = 0.0, 0.6
        if misses(high):
            raise QualityError(
                f"{sum(answers)} answers cannot raise this alarm with a probability of {chance:g}, even when accuracy "
                "falls by 60 points. Watch for longer, or allow more false alarms."
            )
        while high - low > 0.002:
            middle = (low + high) / 2
            low, high = (middle, high) if misses(middle) else (low, middle)
        return high


def first_alarms(
    detectors: Sequence[EDetector], streams: npt.NDArray[np.intp], is_right: npt.NDArray[np.bool_]
) -> npt.NDArray[np.intp]:
    """After how many answers the alarm comes, for many people at once.

    Parameters
    ----------
    detectors : sequence of EDetector
        One for each person, or a single one for all; with equally many streams and drops, and the same limit.
    streams : int array of shape (n_answers,)
        The stream of each answer, the same for everybody.
    is_right : bool array of shape (n_people, n_answers)

    Returns
    -------
    int array of shape (n_people,)
        0 where it does not come.
    """
    one, n_people = detectors[0], len(is_right)
    n_streams, limit = len(one.streams), one.limit
    usual = [_stacked([watch._factors[axis] for watch in detectors], 0) for axis in range(n_streams)]
    fell = [_stacked([watch._factors[axis] for watch in detectors], 1) for axis in range(n_streams)]
    unchanged = np.broadcast_to(one._prior, (n_people, *one._prior.shape)).copy()
    fallen = np.zeros((n_people, len(one.drops), *one._prior.shape))
    alarm = np.zeros(n_people, dtype=np.intp)
    rows = np.arange(n_people) if len(detectors) > 1 else np.zeros(n_people, dtype=np.intp)
    for place, stream in enumerate(streams):
        right = is_right[:, place].astype(np.intp)
        unchanged, fallen = _advance_many(unchanged, fallen, usual[stream][rows, right], fell[stream][rows, right])
        evidence = fallen.reshape(n_people, -1).sum(axis=1)
        alarm[(alarm == 0) & (evidence >= limit)] = place + 1
        fallen[evidence > _MOST_EVIDENCE] *= 1e-3
    return alarm


def _stacked(factors: Sequence[_Factors], which: int) -> Array:
    """Factors of many people as one array: person, wrong or right, then the grid."""
    return np.stack([[wrong[which], right[which]] for wrong, right in factors])


def _levels_of(belief: Belief, z: Array) -> Array:
    """Shares at the quantiles of the belief that these standard deviations stand for."""
    at = scipy.special.ndtr(z)
    levels = np.asarray(scipy.special.betaincinv(belief.right, belief.wrong, at), dtype=np.float64)
    return np.clip(levels, 1e-3, 1 - 1e-3)


def _factors_of(level: Array, falls: Array, axis: int, n_streams: int) -> _Factors:
    """Likelihood of a wrong and of a right answer, (without a fall, with each), shaped to meet the grid."""
    shape = [1] * n_streams
    shape[axis] = len(level)
    usual = level.reshape(shape)
    fallen = np.maximum(level - falls[:, np.newaxis], level * 0.02).reshape(len(falls), *shape)
    return (1 - usual, 1 - fallen), (usual, fallen)


def _outer(shares: list[Array]) -> Array:
    product = shares[0]
    for share in shares[1:]:
        product = np.multiply.outer(product, share)
    return product


def _advance(unchanged: Array, fallen: Array, usual: Array, fell: Array) -> tuple[Array, Array]:
    """One answer: the fall may begin with it, at every drop alike; both weights over the new total of no change."""
    weighed = (fallen + unchanged * (1 / len(fallen))) * fell
    kept = unchanged * usual
    scale = 1 / float(kept.sum())
    kept *= scale
    weighed *= scale
    return kept, weighed


def _advance_many(unchanged: Array, fallen: Array, usual: Array, fell: Array) -> tuple[Array, Array]:
    """`_advance` for people along the first axis."""
    weighed = (fallen + unchanged[:, np.newaxis] * (1 / fallen.shape[1])) * fell
    kept = unchanged * usual
    scale = 1 / kept.sum(axis=tuple(range(1, kept.ndim)), keepdims=True)
    return kept * scale, weighed * scale[:, np.newaxis]


def _mixed(answers: Sequence[int]) -> npt.NDArray[np.intp]:
    """Streams of so many answers each, spread evenly."""
    order = np.concatenate([(np.arange(n) + 0.5) / max(n, 1) for n in answers]) if sum(answers) else np.zeros(0)
    stream = np.repeat(np.arange(len(answers)), answers)
    return stream[np.argsort(order, kind="stable")].astype(np.intp)
