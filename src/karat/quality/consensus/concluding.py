"""From a fit to the `Consensus` it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.fitting import Fit, local_step
from karat.quality.consensus.gold import UNKNOWN
from karat.quality.consensus.prior import Prior
from karat.quality.consensus.result import Consensus
from karat.quality.consensus.shards import inner
from karat.quality.consensus.skills import AnnotatorTable
from karat.quality.consensus.soft import Soft
from karat.quality.consensus.updates import Update
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]

_CHUNK_ENTRIES = 1 << 19


def concluded(
    ratings: Ratings,
    fit: Fit,
    update: Update,
    soft: Soft,
    *,
    prior: Prior,
    method: str,
    evidence_weight: float,
    n_iterations: int | None = None,
    converged: bool | None = None,
    n_calibration_gold: int = 0,
    gold: Mapping[Any, Any] | None = None,
) -> Consensus:
    """The consensus with these probabilities, its annotators judged by this fit.

    Parameters
    ----------
    ratings : Ratings
        Those of the fit, gold's classes declared.
    prior : Prior
        To show in the annotators' confusion matrices.
    n_iterations, converged : optional
        Where several fits took part.
    """
    label, certainty = soft.best(class_totals(ratings))
    return Consensus(
        items=ratings.items,
        classes=ratings.classes,
        labels=label,
        probabilities=soft,
        certainty=certainty,
        annotators=AnnotatorTable(
            ratings,
            fit.problem.ratings,
            fit.problem.counts_of(fit.statistics),
            right=prior.right,
            wrong=prior.wrong,
            correct=lambda: _probability_right(ratings, fit),
            evidence=lambda: _evidence_from_others(ratings, fit, evidence_weight),
        ),
        method=method,
        converged=fit.converged if converged is None else converged,
        n_iterations=fit.n_iterations if n_iterations is None else n_iterations,
        log_likelihood=lambda: log_likelihood(fit, update),
        evidence_weight=evidence_weight,
        n_calibration_gold=n_calibration_gold,
        gold=gold,
    )


def class_totals(ratings: Ratings) -> npt.NDArray[np.signedinteger]:
    """Ratings of each class."""
    return np.bincount(ratings.label, minlength=ratings.n_classes)


def log_likelihood(fit: Fit, update: Update) -> float:
    """Of ratings and gold; under the mean parameters, where the iterations averaged over them."""
    if not update.is_averaging:
        return fit.statistics.log_likelihood
    parameters, problem = update.mean_parameters(fit.statistics), fit.problem
    settled = inner(problem.base.counts, parameters.table)
    settled += inner(problem.base.class_totals, parameters.log_prior)
    if not problem.shards:
        return settled
    with local_step(problem.shards) as step:
        return settled + step(parameters).log_likelihood


def _probability_right(ratings: Ratings, fit: Fit) -> Array:
    probabilities = fit.soft().dense()
    return np.asarray(probabilities[ratings.item, ratings.label])


def _evidence_from_others(ratings: Ratings, fit: Fit, weight: float) -> Array:
    """How much of a rating each one counts for when accuracy is judged: what the *others* know of its item, 0-1.

    One minus the entropy of the item's class given the other ratings, as a share of the largest possible; in full on
    gold.
    """
    in_order = fit.problem.ratings
    n_classes, n_items = in_order.n_classes, in_order.n_items
    share = np.zeros(ratings.n_ratings)
    most = max(1, _CHUNK_ENTRIES // n_classes // max(1, int(in_order.n_of_item.max())))
    for start in range(0, n_items, most):
        items = np.arange(start, min(n_items, start + most))
        items = items[in_order.n_of_item[items] > 0]
        cells, indptr = in_order.of_items(items)
        if len(cells) == 0:
            continue
        rows = fit.problem.rows_of(fit.parameters, cells, fit.statistics)
        totals = np.add.reduceat(rows, indptr[:-1], axis=0)
        others = fit.parameters.log_prior + weight * (np.repeat(totals, np.diff(indptr), axis=0) - rows)
        begin = int(in_order.indptr[items[0]])
        share[begin : begin + len(cells)] = 1.0 - _entropy(others) / np.log(max(n_classes, 2))
    item = np.repeat(np.arange(n_items), in_order.n_of_item)
    share[in_order.n_of_item[item] == 1] = 0.0
    share[fit.problem.known[item] != UNKNOWN] = 1.0
    return _in_given_order(ratings, np.clip(share, 0.0, 1.0))


def _entropy(scores: Array) -> Array:
    """Of the probabilities in proportion to exp(scores), row by row, in nats."""
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    total = powers.sum(axis=1)
    return np.asarray(np.log(total) - np.einsum("ij,ij->i", powers, scores) / total)


def _in_given_order(ratings: Ratings, by_item: Array) -> Array:
    """From the order by item back to that of the ratings."""
    if (ratings.item[1:] >= ratings.item[:-1]).all():
        return by_item
    result = np.empty_like(by_item)
    result[np.argsort(ratings.item, kind="stable")] = by_item
    return result
