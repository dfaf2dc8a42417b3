"""How much of a rating's evidence may be counted, so that a printed probability is one.

Dawid and Skene take the ratings of an item for independent. They are not: a misleading item misleads many. Counting
each rating in full claims 99 % where 86 % are right (the dog breeds of Zhou et al. 2012).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WEIGHTS = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1)
_CHUNK = 1 << 16  # ratings at a time: their (n_ratings, n_classes) tables stay in the cache


@dataclass(frozen=True, eq=False)
class Evidence:
    """What ratings say of their items, in logarithms, before any weight.

    Attributes
    ----------
    log_prior : float array of shape (n_classes,)
    by_item : float array of shape (n_items, n_classes)
        Sum over the item's ratings of the log-probability of the rating if the class were true.
    by_cell : float array of shape (n_cells, n_classes)
        The same for one rating of each cell.
    """

    log_prior: Array
    by_item: Array
    by_cell: Array

    def posterior(self, weight: float) -> Array:
        """Probabilities of the classes of each item, its ratings counted at this weight."""
        return normalised(self.log_prior + weight * self.by_item)

    def others(self, item: npt.NDArray[np.int32], cell: npt.NDArray[np.intp], weight: float) -> Array:
        """Log-probabilities of the classes of a rating's item, the rating itself left out; (n_ratings, n_classes)."""
        scores = self.log_prior + weight * (self.by_item[item] - self.by_cell[cell])
        return np.asarray(scores - log_sum_exp(scores)[:, np.newaxis])


def best_weight(evidence: Evidence, item: npt.NDArray[np.int32], cell: npt.NDArray[np.intp]) -> float:
    """The weight of `WEIGHTS` under which the other ratings of an item best predict each rating.

    Needs no gold: where ratings repeat each other's mistakes, full weight is too sure of the class and thereby
    worse at foretelling the next rating. Takes the largest weight when several do equally well, and 1 when
    there is no rating to predict.

    Parameters
    ----------
    item, cell : int arrays of shape (n_ratings,)
        Item and cell of the ratings to predict; items with a single rating tell nothing and are best left out.

    Examples
    --------
    >>> one = Evidence(np.log([0.5, 0.5]), np.log([[0.81, 0.01]]), np.log([[0.9, 0.1]]))
    >>> best_weight(one, np.array([0, 0], dtype=np.int32), np.array([0, 0]))
    1.0
    """
    gains = [_predictive(evidence, item, cell, weight) for weight in WEIGHTS]
    return WEIGHTS[int(np.argmax(np.round(gains, 9)))]


def in_chunks(n: int) -> Iterator[slice]:
    """Slices that cover `range(n)`."""
    for start in range(0, n, _CHUNK):
        yield slice(start, start + _CHUNK)


def normalised(scores: Array) -> Array:
    """Probabilities in proportion to exp(scores), row by row."""
    return np.asarray(np.exp(scores - log_sum_exp(scores)[:, np.newaxis]))


def log_sum_exp(scores: Array) -> Array:
    """Logarithm of the sum of exp(scores) of each row."""
    largest = scores.max(axis=1)
    return np.asarray(largest + np.log(np.exp(scores - largest[:, np.newaxis]).sum(axis=1)))


def _predictive(evidence: Evidence, item: npt.NDArray[np.int32], cell: npt.NDArray[np.intp], weight: float) -> float:
    """Mean log-probability (nats) of a rating given the item's others."""
    total = 0.0
    for part in in_chunks(len(item)):
        others = evidence.others(item[part], cell[part], weight)
        total += float(log_sum_exp(others + evidence.by_cell[cell[part]]).sum())
    return total / max(len(item), 1)
