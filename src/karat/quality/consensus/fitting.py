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
USUAL_TOLERANCE, USUAL_PASSES = 2e-6, 300
"""Of models with a prior; their objective then ends within 1e-5 of where it would rest."""

PLAIN_PASSES = 3
"""Before the momentum; enough where a prior leaves one peak."""

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
    n_plain: int = PLAIN_PASSES,
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
    n_plain : int
        Passes before the momentum. Where the objective has many peaks, these decide which of them is climbed.
    step : function, optional
        What runs the shards; by default this process, with threads where there is enough to do.
    """
    if step is not None:
        return _Climb(problem, update, step).run(tolerance, max_iterations, n_plain)
    with local_step(problem.shards) as run:
        return _Climb(problem, update, run).run(tolerance, max_iterations, n_plain)


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

    After a few plain passes, each starts ahead of where the last one ended, in the direction in which the last two
    ended, and the further ahead the longer this has gone well (Nesterov's momentum). Where that loses, the pass is
    thrown away, and the momentum with it (O'Donoghue and Candès). Where plain passes shrink the distance by a factor r,
    these shrink it by about 1 - sqrt(1 - r), and unlike a leap between plain passes none is spent on anything else.
    """

    def __init__(self, problem: Problem, update: Update, step: Step) -> None:
        self._problem, self._update, self._step = problem, update, step
        self._n_passes = 0
        self._objective: list[float] = []

    def run(self, tolerance: float, max_iterations: int, n_plain: int) -> Fit:
        """Until it settles or the passes are used up."""
        at = self._plain(self._start())
        converged = False
        while self._n_passes < min(n_plain, max_iterations) and not converged:
            at = self._plain(at.after)
            self._objective.append(at.value)
            converged = has_settled(self._objective, 1.0, tolerance)
        before, momentum, longest = at.after, 1.0, 1.0
        while self._n_passes < max_iterations and not converged:
            grown = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
            found = self._plain(_ahead(before, at.after, (momentum - 1.0) / grown))
            if found.value < at.value and momentum > 1.0:
                momentum = 1.0
                continue
            before, at, momentum, longest = at.after, found, grown, max(longest, grown)
            self._objective.append(at.value)
            converged = has_settled(self._objective, longest / 2.0, tolerance)
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


def _ahead(before: Statistics, last: Statistics, share: float) -> Statistics:
    """Beyond the last statistics by a share of the way from those before; the last themselves for a share of 0."""
    if share == 0.0:
        return last
    counts = _beyond(before.counts, last.counts, share)
    return Statistics(counts, _beyond(before.class_totals, last.class_totals, share), 0.0)


def _beyond(before: Array, last: Array, share: float) -> Array:
    point = last * (1.0 + share)
    point -= share * before
    return np.maximum(point, _FLOOR * last, out=point)


def has_settled(objective: Sequence[float], length: float, tolerance: float) -> bool:
    """Whether the gain still to come is below this share of the objective.

    It is extrapolated from the gains of the last two pairs of passes, as if they went on shrinking alike, but is taken
    for no less than `length` times the last gain: under momentum gains swing, and the slower a model is, the longer.
    """
    if len(objective) < 5:
        return False
    allowed = tolerance * abs(objective[-1])
    gain, gain_before = objective[-1] - objective[-3], objective[-3] - objective[-5]
    if gain <= allowed * 1e-4:
        return True
    return gain < gain_before and gain * max(1.0, length, gain / (gain_before - gain)) <= allowed


def nobody_known(n_items: int) -> Indices:
    """No item has gold."""
    return np.full(n_items, UNKNOWN, dtype=np.intp)
