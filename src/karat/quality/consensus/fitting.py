"""Iterates a model until its objective rests: shards in, parameters out, whatever runs the shards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.dense import DenseProblem
from karat.quality.consensus.gold import UNKNOWN
from karat.quality.consensus.shards import Parameters, Shard, Statistics, inner
from karat.quality.consensus.soft import Soft
from karat.quality.consensus.sorting import SortedRatings
from karat.quality.consensus.support import SupportProblem, rest_log_probability
from karat.quality.consensus.updates import Update
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

Problem = DenseProblem | SupportProblem

Step = Callable[[Parameters | None], Statistics]
"""One iteration over all shards; without parameters, the start from vote shares."""

MOST_DENSE_CLASSES = 24
"""Up to so many classes every item has a probability for each; beyond, only for those it was given."""

_PAYS_THREADS = 1 << 19  # ratings; below, handing over costs as much as it saves
_PLAIN_ITERATIONS = 3  # passes before the first leap
_FLOOR = 0.1  # an extrapolated count keeps at least this share of the plain one: zero would be for ever


def prepare(ratings: Ratings, known: Indices) -> Problem:
    """Ratings ready for iterating, in the form that suits the number of classes."""
    in_order = SortedRatings.of(ratings)
    return (DenseProblem if ratings.n_classes <= MOST_DENSE_CLASSES else SupportProblem).of(in_order, known)


@dataclass(frozen=True, eq=False)
class Fit:
    """Where the iterations ended.

    Attributes
    ----------
    problem : Problem
    parameters : Parameters
        Those under which the last objective was computed.
    statistics : Statistics
        What follows from them, with that of settled items.
    objective : list of float
        Log-likelihood minus penalty at each pass that was kept; it never falls.
    n_iterations : int
        Passes over the ratings.
    converged : bool
    """

    problem: Problem
    parameters: Parameters
    statistics: Statistics
    objective: list[float]
    n_iterations: int
    converged: bool

    def soft(self, evidence_weight: float = 1.0) -> Soft:
        """Probabilities of the classes, each rating counted at this weight."""
        rest = rest_log_probability(self.problem.layout, self.statistics.counts)
        return self.problem.posterior(self.parameters, evidence_weight, rest)


def fit(
    problem: Problem,
    update: Update,
    *,
    tolerance: float,
    max_iterations: int,
    step: Step | None = None,
) -> Fit:
    """Alternate between items and parameters until the objective rests.

    Parameters
    ----------
    tolerance : float
        Stop when the objective still to be gained is less than this share of it. What is to be gained is extrapolated
        from the last steps, since small steps may be many.
    max_iterations : int
        Give up after so many passes.
    step : function, optional
        What runs the shards; by default this process, with threads where there is enough to do.
    """
    if step is not None:
        return _Climb(problem, update, step).run(tolerance, max_iterations)
    with local_step(problem.shards) as run:
        return _Climb(problem, update, run).run(tolerance, max_iterations)


class local_step:  # noqa: N801 (used like a function, in a with statement)
    """Runs shards in this process, one after another or in threads, and adds what they say in a fixed order."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        n_ratings = sum(shard.n_ratings for shard in shards)
        n_threads = min(len(shards), os.cpu_count() or 1)
        self._shards = shards
        self._pool = ThreadPoolExecutor(n_threads) if n_threads > 1 and n_ratings >= _PAYS_THREADS else None

    def __enter__(self) -> Step:
        return self._step

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def _step(self, parameters: Parameters | None) -> Statistics:
        def one(shard: Shard) -> Statistics:
            return shard.start() if parameters is None else shard.step(parameters)

        return added(map(one, self._shards) if self._pool is None else self._pool.map(one, self._shards))


def added(parts: Iterable[Statistics]) -> Statistics:
    """The sum of statistics, in their order."""
    total: Statistics | None = None
    for part in parts:
        total = part if total is None else total.add(part)
    assert total is not None, "a problem without open items needs no step"
    return total


class _Climb:
    """Iterations under way.

    After a few plain passes they go in cycles: two plain passes, then a leap along their direction and a pass from
    there (SQUAREM). Where the leap loses, the two plain passes stand.
    """

    def __init__(self, problem: Problem, update: Update, step: Step) -> None:
        self._problem, self._update, self._step = problem, update, step
        self._n_passes = 0
        self._objective: list[float] = []

    def run(self, tolerance: float, max_iterations: int) -> Fit:
        """Until it settles or the passes are used up."""
        at = self._plain(self._start())
        for _ in range(min(_PLAIN_ITERATIONS, max_iterations) - 1):
            at = self._plain(at.after)
            self._objective.append(at.value)
        converged = False
        while self._n_passes < max_iterations and not converged:
            first = self._plain(at.after)
            second = self._plain(first.after) if self._n_passes < max_iterations else first
            length = _leap_length(at.after, first.after, second.after)
            converged = has_settled(at.value, first.value, second.value, length, tolerance)
            self._objective += [first.value, second.value]
            if converged or length <= 1.0 or self._n_passes >= max_iterations:
                at = second
                continue
            third = self._plain(_leapt(at.after, first.after, second.after, length))
            at = third if third.value >= second.value else second
            self._objective.append(at.value)
        return Fit(self._problem, at.parameters, at.after, self._objective, self._n_passes, converged)

    def _start(self) -> Statistics:
        base = self._problem.base
        return self._step(None).add(base) if self._problem.shards else base

    def _plain(self, before: Statistics) -> _Pass:
        self._n_passes += 1
        parameters, base = self._update.parameters(before), self._problem.base
        settled = 0.0
        if self._problem.has_base:
            settled = inner(base.counts, parameters.table) + inner(base.class_totals, parameters.log_prior)
        base = Statistics(base.counts, base.class_totals, settled)
        after = self._step(parameters) if self._problem.shards else base
        if self._problem.shards and self._problem.has_base:
            after = after.add(base)
        return _Pass(parameters, after, after.log_likelihood - parameters.penalty)


@dataclass(frozen=True, eq=False, slots=True)
class _Pass:
    """Parameters, the statistics that follow from them, and the objective at them."""

    parameters: Parameters
    after: Statistics
    value: float


def _leap_length(start: Statistics, first: Statistics, second: Statistics) -> float:
    """How many plain steps a leap may take: Varadhan and Roland (2008), step length S3. About 1 / (1 - r) where the
    steps shrink by the factor r."""
    step = first.counts - start.counts
    bend = second.counts - first.counts
    bend -= step
    curvature = inner(bend, bend)
    return float(np.sqrt(inner(step, step) / curvature)) if curvature > 0.0 else 1.0


def _leapt(start: Statistics, first: Statistics, second: Statistics, length: float) -> Statistics:
    """Where the leap ends."""
    counts = _along(start.counts, first.counts, second.counts, length)
    totals = _along(start.class_totals, first.class_totals, second.class_totals, length)
    return Statistics(counts, totals, 0.0)


def _along(start: Array, first: Array, second: Array, length: float) -> Array:
    """The parabola through three points, beyond the third: start + 2 length step + length^2 bend."""
    point = start * (1.0 - length) ** 2
    point += first * (2.0 * length * (1.0 - length))
    point += second * length**2
    return np.maximum(point, _FLOOR * second, out=point)


def has_settled(before: float, first: float, second: float, length: float, tolerance: float) -> bool:
    """Whether the gain still to come is below this share of the objective.

    It is extrapolated from the last two gains and from how the steps shrink, whichever is more: right after a leap the
    gains alone shrink faster than they will go on doing.
    """
    gain, gain_before = abs(second - first), abs(first - before)
    allowed = tolerance * abs(second)
    if gain <= allowed * 1e-4:
        return True
    if gain >= gain_before:
        return False
    return gain * max(1.0, length, gain / (gain_before - gain)) <= allowed


def nobody_known(n_items: int) -> Indices:
    """No item has gold."""
    return np.full(n_items, UNKNOWN, dtype=np.intp)
