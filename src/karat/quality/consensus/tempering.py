"""How much of a rating's evidence may be counted, so that a printed probability is one.

Dawid and Skene take the ratings of an item for independent. They are not: a misleading item misleads many. Counting
each rating in full claims 99 % where 86 % are right (the dog breeds of Zhou et al. 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.fitting import Fit
from karat.quality.consensus.gold import UNKNOWN

Array = npt.NDArray[np.float64]

WEIGHTS = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1)

_MOST_RATINGS = 1 << 14  # more of them would move the choice less than the grid is fine
_MOST_ENTRIES = 1 << 22


@dataclass(frozen=True, eq=False)
class Evidence:
    """What ratings say of their items, in logarithms, before any weight.

    Attributes
    ----------
    log_prior : float array of shape (n_classes,)
    rows : float array of shape (n_ratings, n_classes)
        Log-probability of each rating if each class were true; ratings of an item follow each other.
    starts, sizes : int arrays of shape (n_items,)
        First rating of each item, and how many there are.
    """

    log_prior: Array
    rows: Array
    starts: npt.NDArray[np.intp]
    sizes: npt.NDArray[np.intp]

    def of_others(self) -> Array:
        """For each rating, what the others of its item say together, (n_ratings, n_classes)."""
        by_item = np.add.reduceat(self.rows, self.starts, axis=0)
        return np.asarray(np.repeat(by_item, self.sizes, axis=0) - self.rows)


def evidence_weight(fit: Fit) -> float:
    """The weight under which the ratings of this fit foretell each other best; 1 where no item has two ratings.

    Needs no gold. Looked for on up to 16,384 ratings of items spread evenly over all.
    """
    evidence = sampled_evidence(fit)
    return 1.0 if evidence is None else best_weight(evidence)


def sampled_evidence(fit: Fit) -> Evidence | None:
    """The ratings of some items with two or more and no gold; None where there is none."""
    problem = fit.problem
    ratings = problem.ratings
    items = np.flatnonzero((ratings.n_of_item >= 2) & (problem.known == UNKNOWN))
    if len(items) == 0:
        return None
    most = min(_MOST_RATINGS, _MOST_ENTRIES // ratings.n_classes)
    n_wanted = max(1, int(len(items) * min(1.0, most / ratings.n_of_item[items].sum())))
    chosen = items[np.linspace(0, len(items) - 1, n_wanted).astype(np.intp)]
    cells, indptr = ratings.of_items(chosen)
    rows = problem.rows_of(fit.parameters, cells, fit.statistics)
    return Evidence(fit.parameters.log_prior, rows, indptr[:-1].astype(np.intp), np.diff(indptr).astype(np.intp))


def best_weight(evidence: Evidence) -> float:
    """The weight of `WEIGHTS` under which the other ratings of an item best predict each rating.

    Where ratings repeat each other's mistakes, full weight is too sure of the class and thereby worse at foretelling
    the next rating. Tried from 1 downwards until two in a row are worse; the larger one when two do equally well.

    Examples
    --------
    >>> one = Evidence(np.log([0.5, 0.5]), np.log([[0.9, 0.1], [0.9, 0.1]]), np.array([0]), np.array([2]))
    >>> best_weight(one)
    1.0
    """
    others, likelihood = evidence.of_others(), np.exp(evidence.rows)
    best, best_gain, n_worse = 1.0, -np.inf, 0
    for weight in WEIGHTS:
        gain = round(foretold(evidence.log_prior + weight * others, likelihood), 9)
        if gain > best_gain:
            best, best_gain, n_worse = weight, gain, 0
        else:
            n_worse += 1
            if n_worse == 2:
                break
    return best


def foretold(scores: Array, likelihood: Array) -> float:
    """Mean log-probability (nats) of ratings, given what the others of their items say.

    Parameters
    ----------
    scores : float array of shape (n_ratings, n_classes)
        Log of what the others say of each class, up to a constant in each row.
    likelihood : float array of shape (n_ratings, n_classes)
        Probability of the rating if each class were true.
    """
    belief = np.exp(scores - scores.max(axis=1, keepdims=True))
    joint = np.einsum("ij,ij->i", belief, likelihood)
    return float(np.log(np.maximum(joint, 1e-300)).mean() - np.log(belief.sum(axis=1)).mean())
