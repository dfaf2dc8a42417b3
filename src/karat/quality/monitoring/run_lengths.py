"""How long a chart stays quiet: the limits of charts of daily counts, by a Markov chain over where the chart stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError

Array = npt.NDArray[np.float64]

_CELLS = 240
_LEAST_PROBABILITY = 1e-12
_LOWEST = -4.0
_HALVINGS = 26


@dataclass(frozen=True, eq=False, slots=True)
class Chain:
    """Moves between places below a limit; what leaves has reached it.

    Attributes
    ----------
    moves : float array of shape (n_cells, n_cells)
        `moves[from, to]`; rows sum to at most 1.
    start : int
        Where a chart begins.
    """

    moves: Array
    start: int

    def mean_days(self) -> float:
        """Days until the limit is reached, on average."""
        n = len(self.moves)
        return float(np.linalg.solve(np.eye(n) - self.moves, np.ones(n))[self.start])

    def chance_within(self, days: int) -> float:
        """Probability that the limit is reached within so many days."""
        at = np.zeros(len(self.moves))
        at[self.start] = 1.0
        for _ in range(days):
            at = at @ self.moves
        return float(1 - at.sum())


def daily_counts(n: float, rate: float) -> tuple[Array, Array]:
    """Possible counts of a day of n independent trials, and their probabilities."""
    trials = max(1, round(n))
    counts = np.arange(trials + 1, dtype=np.float64)
    logs = scipy.special.gammaln(trials + 1) - scipy.special.gammaln(counts + 1)
    logs += -scipy.special.gammaln(trials - counts + 1)
    logs += counts * np.log(rate) + (trials - counts) * np.log1p(-rate)
    probabilities = np.exp(logs)
    kept = probabilities > _LEAST_PROBABILITY
    return counts[kept], np.asarray(probabilities[kept] / probabilities[kept].sum())


def ewma_chain(values: Array, probabilities: Array, *, weight: float, limit: float) -> Chain:
    """A moving average of daily values with mean 0 and spread 1, in units of its own lasting spread.

    It begins at 0; below -4 it is taken to be at -4.
    """
    scale = np.sqrt(weight / (2 - weight))
    places = np.linspace(_LOWEST, limit, _CELLS)
    after = (1 - weight) * places[:, None] + weight / scale * values[None, :]
    return Chain(_moves(places, after, probabilities), int(np.argmin(np.abs(places))))


def cusum_chain(values: Array, probabilities: Array, *, limit: float) -> Chain:
    """A sum of daily values that never falls below 0, where it begins."""
    places = np.linspace(0.0, limit, _CELLS)
    return Chain(_moves(places, np.maximum(places[:, None] + values[None, :], 0.0), probabilities), 0)


def radius_chain(n_dimensions: int, *, weight: float, limit: float) -> Chain:
    """The squared length of a moving average of independent standard normal vectors, in units of its lasting spread.

    The length alone is a Markov chain: after one more day its square has a noncentral chi-square distribution.
    """
    scale = weight / (2 - weight)
    edges = np.linspace(0.0, np.sqrt(limit), _CELLS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    noncentrality = (1 - weight) ** 2 * middles**2 * scale / weight**2
    reach = edges[None, :] ** 2 * scale / weight**2
    below = scipy.special.chndtr(reach, float(n_dimensions), noncentrality[:, None])
    return Chain(np.diff(below, axis=1), 0)


def smallest_limit(is_quiet_enough: Callable[[float], bool], *, low: float, high: float, what: str) -> float:
    """The smallest limit that is quiet enough, between two bounds.

    Raises
    ------
    QualityError
        When not even the highest is; `what` says in the reader's words what was asked for.
    """
    while not is_quiet_enough(high):
        low, high = high, 2 * high
        if high > 1e4:
            raise QualityError(f"{what} cannot be had. Allow more false alarms.")
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if is_quiet_enough(middle):
            high = middle
        else:
            low = middle
    return high


def _moves(places: Array, after: Array, probabilities: Array) -> Array:
    """Each target's probability, shared between the two places it lies between; targets at the limit are lost."""
    step = places[1] - places[0]
    position = np.maximum((after - places[0]) / step, 0.0)
    left = np.floor(position).astype(np.intp)
    share = position - left
    moves = np.zeros((len(places), len(places) + 1))
    rows = np.repeat(np.arange(len(places)), after.shape[1])
    weights = np.broadcast_to(probabilities, after.shape)
    is_inside = (after < places[-1]) & (left < len(places) - 1)
    flat = is_inside.ravel()
    np.add.at(moves, (rows[flat], left.ravel()[flat]), (weights * (1 - share)).ravel()[flat])
    np.add.at(moves, (rows[flat], left.ravel()[flat] + 1), (weights * share).ravel()[flat])
    # The last place is the limit itself: what is shared toward it stands for charts just below it, so it is kept there.
    return np.asarray(moves[:, : len(places)])
