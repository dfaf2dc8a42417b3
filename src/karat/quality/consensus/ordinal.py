"""Ordered classes: an annotator leans up or down the scale and scatters around it, two numbers instead of a matrix.

Each annotator's lean and scatter lie on a grid, and the posterior over the grid is exact. So there is nothing to
climb, doubt about annotators who gave few ratings is carried along, and intervals come for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.assemble import assembled, evidence_from_others, has_settled, softmax
from karat.quality.consensus.cells import Cells
from karat.quality.consensus.gold import UNKNOWN, clamp, with_gold
from karat.quality.consensus.majority import vote_shares
from karat.quality.consensus.result import Consensus
from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]

_NEVER = 1e-100
_N_LEANS, _N_SCATTERS = 21, 14
_MOST_CLASSES = 200  # tables take grid points x classes x classes


@dataclass(frozen=True, slots=True)
class Scale:
    """What is believed before any rating; steps are those from one class to the next.

    Attributes
    ----------
    lean : float
        Standard deviation of the annotators' leans, in steps.
    scatter : float
        Median scatter, in steps.
    spread : float
        Standard deviation of the logarithm of the scatters.
    slip : float
        Share of ratings that have nothing to do with the item, any class alike.
    items : float
        Pseudo-items of each class.
    """

    lean: float = 0.5
    scatter: float = 0.5
    spread: float = 1.0
    slip: float = 0.02
    items: float = 1.0


@dataclass(frozen=True, slots=True)
class OrdinalAnnotator:
    """How one annotator uses the scale.

    Attributes
    ----------
    lean : Estimate
        By how many steps the annotator's ratings lie above (below 0: under) the true class, before rounding.
    scatter : Estimate
        Scale of the logistic error around that, in steps. Both `n` are the annotator's number of ratings.
    """

    lean: Estimate
    scatter: Estimate


@dataclass(frozen=True, eq=False)
class OrdinalConsensus:
    """What the ordinal model infers.

    Attributes
    ----------
    consensus : Consensus
        Its labels are the most probable classes.
    medians : tuple of class names of shape (n_items,)
        The first class at which half of the probability is reached: the label with the smallest expected distance.
    expected : float array of shape (n_items,)
        Expected position on the scale, from 0 for the first class to n_classes - 1.
    annotators : mapping of annotator to OrdinalAnnotator
    """

    consensus: Consensus
    medians: tuple[Name, ...]
    expected: Array
    annotators: Mapping[Name, OrdinalAnnotator]


def ordinal(
    ratings: Ratings,
    *,
    gold: Mapping[Any, Any] | None = None,
    scale: Scale = Scale(),
    tolerance: float = 1e-6,
    max_iterations: int = 500,
) -> OrdinalConsensus:
    """Labels of ordered classes, with each annotator's lean and scatter.

    An item of the k-th class looks to an annotator like k plus their lean plus a logistic error of their scatter, and
    they give the nearest class. Classes are taken for equally far apart.

    Parameters
    ----------
    ratings : Ratings
        In the order of their classes; numbers sort by value, give `classes` for others.
    gold : mapping of item to class, optional
        Trusted labels, held fixed. Classes that only gold has come after the others: declare them in the ratings'
        `classes` where they belong elsewhere.
    scale : Scale
    tolerance : float
        Settled when what is still to be gained of the bound on the evidence is less than this share of it.
    max_iterations : int
        Give up after so many and say so in `converged`.

    Returns
    -------
    OrdinalConsensus
        Deterministic: it starts from the vote shares. Items without ratings get the class frequencies.

    Raises
    ------
    NoRatings
        When there is no rating.
    QualityError
        When there are more than 200 classes.

    References
    ----------
    Graded responses: Samejima (1969), doi:10.1007/BF03372160, here with classes instead of a continuous trait; raters
    who lean and scatter: Johnson (1996), doi:10.1080/01621459.1996.10476660. Solved by variational Bayes on a grid.

    Examples
    --------
    >>> rows = [(item, who, 1 + item % 4) for item in range(40) for who in ("ada", "bo", "cy")]
    >>> rows += [(item, "mild", min(2 + item % 4, 5)) for item in range(40)]
    >>> found = ordinal(Ratings.from_rows(rows))
    >>> found.consensus.labels[:4], round(found.annotators["mild"].lean.value)
    ((1, 2, 3, 4), 1)
    """
    ratings, known = with_gold(ratings, gold)
    if ratings.n_classes > _MOST_CLASSES:
        raise QualityError(
            f"the ordinal model takes up to {_MOST_CLASSES} classes; there are {ratings.n_classes}. "
            "For a scale this fine take the method for numbers (karat.quality.consensus.numbers)."
        )
    model = _Model.of(ratings, known, scale)
    posterior = clamp(vote_shares(ratings), known)
    objective: list[float] = []
    converged = False
    while not converged and len(objective) < max(1, max_iterations):
        belief = model.annotators(posterior)
        posterior, log_likelihood = model.items(belief)
        objective.append(log_likelihood - belief.divergence)
        converged = has_settled(objective, tolerance)
    return _result(model, posterior, converged, len(objective))


@dataclass(frozen=True, eq=False)
class _Belief:
    """What is believed of annotators and classes.

    Attributes
    ----------
    grid : float array of shape (n_present, n_grid)
        Posterior over the grid of each annotator who gave ratings.
    by_cell : float array of shape (n_cells, n_classes)
        Expected log-probability that the annotator gives the class, for each true class.
    of_class : float array of shape (n_classes,)
    divergence : float
        Of all these posteriors from their priors, in nats.
    """

    grid: Array
    by_cell: Array
    of_class: Array
    divergence: float


@dataclass(frozen=True, eq=False)
class _Model:
    """The ratings and the grid.

    Attributes
    ----------
    lean, scatter, log_prior : float arrays of shape (n_grid,)
    tables : float array of shape (n_grid, given, true)
        Log-probability of each given class.
    """

    ratings: Ratings
    gold: npt.NDArray[np.intp]
    scale: Scale
    cells: Cells
    is_rated: npt.NDArray[np.bool_]
    lean: Array
    scatter: Array
    log_prior: Array
    tables: Array

    @staticmethod
    def of(ratings: Ratings, gold: npt.NDArray[np.intp], scale: Scale) -> _Model:
        cells = Cells.of(ratings)
        lean, scatter, log_prior = _grid(scale, ratings.n_classes)
        tables = _tables(lean, scatter, scale.slip, ratings.n_classes)
        is_rated = np.bincount(ratings.item, minlength=ratings.n_items) > 0
        return _Model(ratings, gold, scale, cells, is_rated, lean, scatter, log_prior, tables)

    def annotators(self, posterior: Array) -> _Belief:
        """Posteriors of annotators and classes given the items' (n_items, n_classes)."""
        counts = self.cells.incidence.T @ posterior
        fit = np.zeros((len(counts), len(self.lean)))
        for given, cells in self._cells_by_class():
            fit[cells] = counts[cells] @ self.tables[:, given, :].T
        log_grid = self.log_prior + np.add.reduceat(fit, self.cells.starts, axis=0)
        log_grid -= scipy.special.logsumexp(log_grid, axis=1, keepdims=True)
        grid = np.exp(log_grid)
        divergence = float((grid * (log_grid - self.log_prior)).sum())
        by_cell = np.zeros_like(counts)
        for given, cells in self._cells_by_class():
            by_cell[cells] = grid[self.cells.rank[cells]] @ self.tables[:, given, :]
        of_class, of_classes = self._class_shares(posterior[self.is_rated].sum(axis=0))
        return _Belief(grid, by_cell, of_class, divergence + of_classes)

    def items(self, belief: _Belief) -> tuple[Array, float]:
        """Probabilities of the items' classes, and the log-likelihood."""
        scores = belief.of_class + self.cells.incidence @ belief.by_cell
        rows = np.flatnonzero(self.gold != UNKNOWN)
        others = np.arange(scores.shape[1]) != self.gold[rows, np.newaxis]
        scores[rows] = np.where(others, -np.inf, scores[rows])
        log_likelihood = scipy.special.logsumexp(scores[self.is_rated], axis=1).sum()
        return softmax(scores), float(log_likelihood)

    def _cells_by_class(self) -> list[tuple[int, npt.NDArray[np.intp]]]:
        order = np.argsort(self.cells.given, kind="stable")
        given, starts = np.unique(self.cells.given[order], return_index=True)
        return list(zip(given.tolist(), np.split(order, starts[1:]), strict=True))

    def _class_shares(self, items: Array) -> tuple[Array, float]:
        """Expected logarithms of the class frequencies, and their divergence from the prior."""
        digamma, gammaln, prior = scipy.special.digamma, scipy.special.gammaln, self.scale.items
        total, n = items.sum(), len(items)
        logs = digamma(items + prior) - digamma(total + n * prior)
        divergence = gammaln(total + n * prior) - gammaln(n * prior)
        return logs, float(divergence + (gammaln(prior) - gammaln(items + prior) + items * logs).sum())


def _grid(scale: Scale, n_classes: int) -> tuple[Array, Array, Array]:
    """Leans and scatters to choose from, and their log-prior; finer near none at all."""
    reach = max(2.0, (n_classes - 1) / 2)
    leans = np.sinh(np.linspace(-2, 2, _N_LEANS)) / np.sinh(2) * reach
    scatters = np.geomspace(0.1, max(3.0, n_classes / 2), _N_SCATTERS)
    lean, scatter = (part.ravel() for part in np.meshgrid(leans, scatters, indexing="ij"))
    # The prior of a point is density times the width it stands for; on this grid widths go with cosh and scatter.
    width = np.cosh(np.arcsinh(lean / reach * np.sinh(2)))
    log_prior = -0.5 * (lean / scale.lean) ** 2 + np.log(width)
    log_prior -= 0.5 * (np.log(scatter / scale.scatter) / scale.spread) ** 2
    return lean, scatter, log_prior - scipy.special.logsumexp(log_prior)


def _tables(lean: Array, scatter: Array, slip: float, n_classes: int) -> Array:
    """Log-probability of each given class for each true one, (n_grid, given, true)."""
    true = np.arange(n_classes)
    borders = np.arange(n_classes - 1) + 0.5
    distance = borders[:, np.newaxis] - (true + lean[:, np.newaxis])[:, np.newaxis, :]
    below = scipy.special.expit(distance / scatter[:, np.newaxis, np.newaxis])
    ends = (np.zeros((len(lean), 1, n_classes)), np.ones((len(lean), 1, n_classes)))
    shares = np.diff(np.concatenate([ends[0], below, ends[1]], axis=1), axis=1)
    return np.asarray(np.log(np.maximum((1 - slip) * shares + slip / n_classes, _NEVER)))


def _result(model: _Model, posterior: Array, converged: bool, n_iterations: int) -> OrdinalConsensus:
    ratings, of_rating = model.ratings, model.cells.of_rating
    belief = model.annotators(posterior)
    scores = belief.of_class + model.cells.incidence @ belief.by_cell

    def scores_of_others(part: slice) -> Array:
        return np.asarray(scores[ratings.item[part]] - belief.by_cell[of_rating[part]])

    probabilities = clamp(posterior.copy(), model.gold)
    consensus = assembled(
        ratings,
        probabilities,
        method="ordinal",
        evidence=evidence_from_others(ratings, model.gold, scores_of_others),
        converged=converged,
        n_iterations=n_iterations,
        log_likelihood=_log_likelihood(model, belief),
    )
    # Rounded, so that an even split takes the lower class whatever the last bit says.
    middle = (np.round(np.cumsum(probabilities, axis=1), 12) < 0.5).sum(axis=1)
    return OrdinalConsensus(
        consensus,
        medians=tuple(ratings.classes[code] for code in middle),
        expected=probabilities @ np.arange(ratings.n_classes),
        annotators=_annotators(model, belief),
    )


def _log_likelihood(model: _Model, belief: _Belief) -> float:
    """Of all ratings and gold under the mean probabilities of the answers."""
    by_cell = np.zeros_like(belief.by_cell)
    for given, cells in model._cells_by_class():
        by_cell[cells] = np.log(belief.grid[model.cells.rank[cells]] @ np.exp(model.tables[:, given, :]))
    of_class = belief.of_class - scipy.special.logsumexp(belief.of_class)
    return model.items(_Belief(belief.grid, by_cell, of_class, 0.0))[1]


def _annotators(model: _Model, belief: _Belief) -> dict[Name, OrdinalAnnotator]:
    ratings = model.ratings
    n_ratings = np.bincount(ratings.annotator, minlength=ratings.n_annotators)
    grid = np.tile(np.exp(model.log_prior), (ratings.n_annotators, 1))
    grid[model.cells.annotator[model.cells.starts]] = belief.grid
    return {
        name: OrdinalAnnotator(
            _estimate(model.lean, grid[code], float(n_ratings[code])),
            _estimate(model.scatter, grid[code], float(n_ratings[code])),
        )
        for code, name in enumerate(ratings.annotators)
    }


def _estimate(values: Array, posterior: Array, n: float) -> Estimate:
    """Mean of a posterior over a grid, and its 95 % interval, no finer than the grid's next points."""
    points = np.unique(values)
    share = np.bincount(np.searchsorted(points, values), posterior, len(points))
    below = np.cumsum(share)
    mean = float(share @ points)
    borders = np.concatenate([points[:1], (points[1:] + points[:-1]) / 2, points[-1:]])
    # Within a grid point's own stretch the probability is taken to be even.
    low, high = np.interp([0.025, 0.975], np.concatenate([[0.0], below]), borders)
    return Estimate(mean, min(float(low), mean), max(float(high), mean), n)
