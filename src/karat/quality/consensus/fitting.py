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
from karat.quality.consensus.shards import Parameters, Shard, Statistics
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
_PLAIN_ITERATIONS = 20
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
        Log-likelihood minus penalty after each iteration, or each cycle of three once they are accelerated.
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
    """Iterations under way."""

    def __init__(self, problem: Problem, update: Update, step: Step) -> None:
        self._problem, self._update, self._step = problem, update, step
        self.n_passes = 0

    def run(self, tolerance: float, max_iterations: int) -> Fit:
        at, objective, converged = self._start(), list[float](), False
        while not converged and self.n_passes < max(1, max_iterations):
            is_plain = self.n_passes < _PLAIN_ITERATIONS or self.n_passes + 3 > max_iterations
            parameters, at, value = self._plain(at) if is_plain else self._accelerated(at)
            objective.append(value)
            converged = has_settled(objective, tolerance)
        return Fit(self._problem, parameters, at, objective, self.n_passes, converged)

    def _start(self) -> Statistics:
        base = self._problem.base
        return self._step(None).add(base) if self._problem.shards else base

    def _plain(self, at: Statistics) -> tuple[Parameters, Statistics, float]:
        """One pass: the parameters that these statistics make, the statistics that follow, the objective between."""
        self.n_passes += 1
        parameters, base = self._update.parameters(at), self._problem.base
        settled = float(np.vdot(base.counts, parameters.table) + base.class_totals @ parameters.log_prior)
        base = Statistics(base.counts, base.class_totals, settled)
        after = self._step(parameters).add(base) if self._problem.shards else base
        return parameters, after, after.log_likelihood - parameters.penalty

    def _accelerated(self, at: Statistics) -> tuple[Parameters, Statistics, float]:
        """Two passes, a leap along their direction and a third pass; where the leap loses, the two alone (SQUAREM)."""
        _, first, _ = self._plain(at)
        parameters, second, value = self._plain(first)
        leapt = _extrapolated(at, first, second)
        if leapt is not None:
            leapt_parameters, third, leapt_value = self._plain(leapt)
            if leapt_value >= value:
                return leapt_parameters, third, leapt_value
        return parameters, second, value


def _extrapolated(start: Statistics, first: Statistics, second: Statistics) -> Statistics | None:
    """Varadhan and Roland (2008), step length S3; None where a plain step is as long."""
    step, bend = first.counts - start.counts, second.counts - first.counts
    bend -= step
    size, curvature = float(np.vdot(step, step)), float(np.vdot(bend, bend))
    if curvature <= 0.0 or size <= curvature:
        return None
    length = np.sqrt(size / curvature)
    class_step, class_bend = _differences(start.class_totals, first.class_totals, second.class_totals)
    counts = start.counts + 2 * length * step + length**2 * bend
    totals = start.class_totals + 2 * length * class_step + length**2 * class_bend
    return Statistics(np.maximum(counts, _FLOOR * second.counts), np.maximum(totals, _FLOOR * second.class_totals), 0.0)


def _differences(start: Array, first: Array, second: Array) -> tuple[Array, Array]:
    return first - start, second - 2 * first + start


def has_settled(objective: list[float], tolerance: float) -> bool:
    """Whether the gain still to come, extrapolated as a geometric series, is below the tolerance."""
    if len(objective) < 3:
        return False
    step, before = abs(objective[-1] - objective[-2]), abs(objective[-2] - objective[-3])
    allowed = tolerance * abs(objective[-1])
    if step <= allowed * 1e-3:
        return True
    return step < before and step * max(1.0, step / (before - step)) <= allowed


def nobody_known(n_items: int) -> Indices:
    """No item has gold."""
    return np.full(n_items, UNKNOWN, dtype=np.intp)
