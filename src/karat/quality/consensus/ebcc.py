"""EBCC: classes have hidden subtypes, so that annotators may share mistakes on items of the same kind.

Dawid and Skene's model takes the ratings of an item for independent given its class. Where a class mixes easy and
misleading items they are not; given class and subtype they are again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.assemble import assembled, evidence_from_others, has_settled
from karat.quality.consensus.cells import Cells
from karat.quality.consensus.gold import UNKNOWN, clamp, with_gold
from karat.quality.consensus.majority import vote_shares
from karat.quality.consensus.result import Consensus
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Subtypes:
    """What is believed before any rating; Dirichlet parameters.

    Attributes
    ----------
    per_class : int
        Subtypes a class may have. Those it does not need stay empty.
    share : float
        Pseudo-items of each subtype; far below 1, so that few subtypes are used.
    right, wrong : float
        Pseudo-ratings of the true class, and of each other class, by each annotator on each subtype.
    items : float
        Pseudo-items of each class.
    """

    per_class: int = 10
    share: float = 0.1
    right: float = 4.0
    wrong: float = 1.0
    items: float = 1.0


@dataclass(frozen=True, eq=False)
class Ebcc:
    """What EBCC infers.

    Attributes
    ----------
    consensus : Consensus
    subtype : int array of shape (n_items,)
        The most probable subtype of the item's label, 0 for the commonest of its class. Items of one class and subtype
        were answered alike.
    bound : float
        Lower bound on the log-probability (nats) of ratings and gold under the model, all parameters averaged over:
        what starts are compared by.
    """

    consensus: Consensus
    subtype: npt.NDArray[np.intp]
    bound: float


def ebcc(
    ratings: Ratings,
    *,
    gold: Mapping[Any, Any] | None = None,
    subtypes: Subtypes = Subtypes(),
    n_restarts: int = 10,
    n_iterations: int = 30,
    tolerance: float = 1e-6,
    max_iterations: int = 500,
    seed: int = 0,
) -> Ebcc:
    """Labels and confusion matrices per subtype of each class, by variational Bayes.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels, held fixed; classes nobody gave are allowed.
    subtypes : Subtypes
    n_restarts, n_iterations : int
        Starts with subtypes at random (classes start from the vote shares), and iterations of each; the one with the
        best bound goes on until it settles.
    tolerance : float
        Settled when what is still to be gained of the bound is less than this share of it.
    max_iterations : int
        Give up after so many iterations of the best start and say so in `converged`.
    seed : int
        Of the random starts. The same seed gives the same answer.

    Returns
    -------
    Ebcc
        The consensus has no `log_likelihood` of its own; see `bound`. An item without ratings gets the class
        frequencies.

    Raises
    ------
    NoRatings
        When there is no rating.

    References
    ----------
    Li, Rubinstein and Cohn (2019), "Exploiting worker correlation for label aggregation in crowdsourcing", ICML.

    Examples
    --------
    >>> rows = [(item, who, "xy"[item % 2]) for item in range(20) for who in ("ada", "bo", "cy")]
    >>> ebcc(Ratings.from_rows(rows)).consensus.labels == tuple("xy" * 10)
    True
    """
    ratings, known = with_gold(ratings, gold)
    model = _Model.of(ratings, known, subtypes)
    joint = _best_start(model, max(1, n_restarts), max(1, min(n_iterations, max_iterations)), seed)
    objective: list[float] = []
    converged = False
    while not converged and len(objective) < max(1, max_iterations):
        joint, bound = model.improved(joint)
        objective.append(bound)
        converged = has_settled(objective, tolerance)
    return _result(model, joint, objective, converged)


@dataclass(frozen=True, eq=False)
class _Model:
    """The ratings as the iterations need them.

    A column is a (class, subtype) pair, classes first; `prior` (n_cells, n_columns) are pseudo-ratings.
    """

    ratings: Ratings
    gold: npt.NDArray[np.intp]
    subtypes: Subtypes
    cells: Cells
    transposed: Any
    is_rated: npt.NDArray[np.bool_]
    prior: Array

    @staticmethod
    def of(ratings: Ratings, gold: npt.NDArray[np.intp], subtypes: Subtypes) -> _Model:
        cells = Cells.of(ratings)
        prior = np.full((len(cells.given), ratings.n_classes, subtypes.per_class), subtypes.wrong)
        prior[np.arange(len(prior)), cells.given] = subtypes.right
        is_rated = np.diff(cells.incidence.indptr) > 0
        flat = prior.reshape(len(prior), -1)
        return _Model(ratings, gold, subtypes, cells, cells.incidence.T.tocsr(), is_rated, flat)

    def improved(self, joint: Array) -> tuple[Array, float]:
        """One iteration: parameters from the items' columns, (n_items, n_columns), then columns from these, and the
        bound they reach."""
        by_cell, of_column, divergence = self.parameters(joint)
        scores = of_column + self.cells.incidence @ by_cell
        self._hold_gold(scores)
        highest = scores.max(axis=1)
        scores -= highest[:, np.newaxis]
        np.exp(scores, out=scores)
        sums = scores.sum(axis=1)
        scores /= sums[:, np.newaxis]
        log_sums = highest + np.log(sums)
        return scores, float(log_sums[self.is_rated].sum() - divergence)

    def parameters(self, joint: Array) -> tuple[Array, Array, float]:
        """Expected log-probabilities of each cell and of each column, and the divergence (nats) from the priors."""
        digamma, gammaln = scipy.special.digamma, scipy.special.gammaln
        counts = self.transposed @ joint
        totals = np.add.reduceat(counts, self.cells.starts, axis=0)
        row_prior = self.subtypes.right + (self.ratings.n_classes - 1) * self.subtypes.wrong
        by_cell = digamma(counts + self.prior)
        by_cell -= digamma(totals + row_prior)[self.cells.rank]
        divergence = (gammaln(totals + row_prior) - gammaln(row_prior)).sum()
        divergence += (gammaln(self.prior) - gammaln(counts + self.prior) + counts * by_cell).sum()
        columns = joint[self.is_rated].sum(axis=0).reshape(self.ratings.n_classes, -1)
        of_subtype, from_subtypes = _dirichlet(columns, self.subtypes.share)
        of_class, from_classes = _dirichlet(columns.sum(axis=1)[np.newaxis], self.subtypes.items)
        of_column = (of_class.reshape(-1, 1) + of_subtype).ravel()
        return by_cell, of_column, float(divergence + from_subtypes + from_classes)

    def _hold_gold(self, scores: Array) -> None:
        """Rule out, in place, all columns of other classes than gold's."""
        rows = np.flatnonzero(self.gold != UNKNOWN)
        if len(rows):
            of_class = np.repeat(np.arange(self.ratings.n_classes), self.subtypes.per_class)
            scores[rows] = np.where(of_class == self.gold[rows, np.newaxis], scores[rows], -np.inf)


def _dirichlet(counts: Array, prior: float) -> tuple[Array, float]:
    """Expected logarithms of shares, row by row, and the divergence (nats) of their posterior from the prior."""
    digamma, gammaln = scipy.special.digamma, scipy.special.gammaln
    total, n = counts.sum(axis=1, keepdims=True), counts.shape[1]
    logs = digamma(counts + prior) - digamma(total + n * prior)
    rows = gammaln(total + n * prior) - gammaln(n * prior)
    entries = gammaln(prior) - gammaln(counts + prior) + counts * logs
    return logs, float(rows.sum() + entries.sum())


def _best_start(model: _Model, n_restarts: int, n_iterations: int, seed: int) -> Array:
    """The items' columns of the start whose bound came highest."""
    rng = np.random.default_rng(seed)
    shares = clamp(vote_shares(model.ratings), model.gold)
    best: Array = np.zeros((0, 0))
    best_bound = -np.inf
    for _ in range(n_restarts):
        parts = rng.dirichlet(np.ones(model.subtypes.per_class), size=shares.shape)
        joint, bound = (shares[:, :, np.newaxis] * parts).reshape(len(shares), -1), -np.inf
        for _ in range(n_iterations):
            before = bound
            joint, bound = model.improved(joint)
            if bound - before <= 1e-7 * abs(bound):
                break
        if bound > best_bound + 1e-6:  # of equally good starts the first, whatever the last bit says
            best, best_bound = joint, bound
    return best


def _result(model: _Model, joint: Array, objective: list[float], converged: bool) -> Ebcc:
    ratings, n_classes = model.ratings, model.ratings.n_classes
    by_cell, of_column, _ = model.parameters(joint)
    scores = of_column + model.cells.incidence @ by_cell
    of_rating = model.cells.of_rating

    def scores_of_others(part: slice) -> Array:
        others = scores[ratings.item[part]] - by_cell[of_rating[part]]
        by_class = others.reshape(len(others), n_classes, -1)
        return np.asarray(scipy.special.logsumexp(by_class, axis=2))

    columns = joint.reshape(ratings.n_items, n_classes, -1)
    consensus = assembled(
        ratings,
        clamp(columns.sum(axis=2), model.gold),
        method="ebcc",
        evidence=evidence_from_others(ratings, model.gold, scores_of_others),
        converged=converged,
        n_iterations=len(objective),
    )
    return Ebcc(consensus, _subtypes(columns, consensus), objective[-1])


def _subtypes(columns: Array, consensus: Consensus) -> npt.NDArray[np.intp]:
    """Each item's most probable subtype of its label, numbered from the commonest of the class."""
    code = {name: number for number, name in enumerate(consensus.classes)}
    label = np.array([code[name] for name in consensus.labels], dtype=np.intp)
    by_size = np.argsort(-columns.sum(axis=0), axis=1, kind="stable")
    rank = np.argsort(by_size, axis=1)
    likely = columns[np.arange(len(label)), label].argmax(axis=1)
    return np.asarray(rank[label, likely])
