""" "Unsure" as an answer: never a candidate for the truth, but evidence of it, since people are unsure of some classes
more than of others."""

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
from karat.quality.errors import NoRatings, UnknownClass
from karat.quality.intervals import Estimate, proportion
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]

_NEVER = 1e-100


@dataclass(frozen=True, slots=True)
class Openness:
    """What is believed before any answer: pseudo-answers added to each row of an annotator's matrix.

    Attributes
    ----------
    right : float
        Of the true class.
    wrong : float
        Spread evenly over the other classes.
    unsure : float
        Of "unsure".
    items : float
        Pseudo-items of each class.
    """

    right: float = 2.8
    wrong: float = 1.2
    unsure: float = 0.5
    items: float = 1.0


@dataclass(frozen=True, eq=False)
class UnsureConsensus:
    """What is inferred where people may be unsure.

    Attributes
    ----------
    consensus : Consensus
        Over the classes without "unsure"; an annotator's matrix and accuracy are those of their decided answers.
    unsure_share : float array of shape (n_items,)
        Share of the item's answers that are unsure; 0 without answers.
    unsure_rate : mapping of annotator to Estimate
        Share of the annotator's answers that are unsure. Those without answers are missing.
    unsure_rate_of_class : mapping of class to Estimate
        Share of the answers to items of this class that are unsure; `n` is the expected number of such answers. A
        class no item is likely to have is missing.
    """

    consensus: Consensus
    unsure_share: Array
    unsure_rate: Mapping[Name, Estimate]
    unsure_rate_of_class: Mapping[Name, Estimate]


def with_unsure(
    ratings: Ratings,
    *,
    unsure: Name = "unsure",
    gold: Mapping[Any, Any] | None = None,
    openness: Openness = Openness(),
    tolerance: float = 1e-6,
    max_iterations: int = 500,
) -> UnsureConsensus:
    """Labels by Dawid and Skene's model with one more answer than there are classes.

    How often an annotator is unsure may depend on the true class, and is learnt for each: where people hesitate over
    one class only, their hesitation speaks for it. To leave unsure answers out instead, drop those ratings.

    Parameters
    ----------
    ratings : Ratings
    unsure : name
        The class that stands for "unsure". When no rating has it, this is the plain model.
    gold : mapping of item to class, optional
        Trusted labels, held fixed; classes nobody gave are allowed.
    openness : Openness
    tolerance : float
        Settled when what is still to be gained of the bound on the evidence is less than this share of it.
    max_iterations : int
        Give up after so many and say so in `converged`.

    Returns
    -------
    UnsureConsensus
        Deterministic: it starts from the shares of decided answers. An item with nothing but unsure answers has the
        probabilities these leave it.

    Raises
    ------
    NoRatings
        When there is no rating, or every one is unsure.
    UnknownClass
        When a gold label is "unsure": that is no class.

    References
    ----------
    Dawid and Skene (1979), doi:10.2307/2346806, who allow responses that are no class; solved by variational Bayes.

    Examples
    --------
    >>> rows = [(item, who, "xy"[item % 2]) for item in range(20) for who in ("ada", "bo")]
    >>> rows += [(item, "cy", "unsure" if item % 2 else "x") for item in range(20)]
    >>> found = with_unsure(Ratings.from_rows([*rows, ("new", "cy", "unsure")]))
    >>> found.consensus.by_item()["new"], found.unsure_rate_of_class["x"].value < 0.1
    ('y', True)
    """
    if gold and any(label == unsure for label in gold.values()):
        raise UnknownClass(
            f"a gold label is {unsure!r}, which is an answer and no class. Leave such items out of gold."
        )
    decided, is_unsure = _without(ratings, unsure)
    decided, known = with_gold(decided, gold)
    model = _Model.of(ratings, decided, is_unsure, known, openness)
    posterior = clamp(vote_shares(decided), known)
    objective: list[float] = []
    converged = False
    while not converged and len(objective) < max(1, max_iterations):
        by_cell, of_class, divergence = model.parameters(posterior)
        posterior, log_likelihood = model.items(by_cell, of_class)
        objective.append(log_likelihood - divergence)
        converged = has_settled(objective, tolerance)
    return _result(model, posterior, converged, len(objective))


def _without(ratings: Ratings, unsure: Name) -> tuple[Ratings, npt.NDArray[np.bool_]]:
    """The decided answers on the same items and annotators, and which of all answers are unsure."""
    classes = list(ratings.classes)
    if unsure not in classes:
        return ratings, np.zeros(ratings.n_ratings, dtype=bool)
    code = classes.index(unsure)
    is_unsure = ratings.label == code
    if ratings.n_ratings and is_unsure.all():
        raise NoRatings(f"all {ratings.n_ratings} answers are {unsure!r}; labels need decided ones.")
    kept = ratings.label[~is_unsure]
    decided = Ratings(
        ratings.item[~is_unsure],
        ratings.annotator[~is_unsure],
        kept - (kept > code),
        ratings.items,
        ratings.annotators,
        tuple(name for name in classes if name != unsure),
    )
    return decided, is_unsure


@dataclass(frozen=True, eq=False)
class _Model:
    """All answers, coded so that "unsure" comes after the classes; `decided` are those that are not.

    `prior` (n_cells, n_classes) are pseudo-answers.
    """

    decided: Ratings
    is_unsure: npt.NDArray[np.bool_]
    answers: Ratings
    gold: npt.NDArray[np.intp]
    openness: Openness
    cells: Cells
    is_rated: npt.NDArray[np.bool_]
    prior: Array

    @staticmethod
    def of(
        ratings: Ratings,
        decided: Ratings,
        is_unsure: npt.NDArray[np.bool_],
        gold: npt.NDArray[np.intp],
        openness: Openness,
    ) -> _Model:
        n_classes = decided.n_classes
        label = np.full(ratings.n_ratings, n_classes, dtype=np.int32)
        label[~is_unsure] = decided.label
        names = (*decided.classes, object())
        answers = Ratings(ratings.item, ratings.annotator, label, ratings.items, ratings.annotators, names)
        cells = Cells.of(answers)
        prior = np.full((len(cells.given), n_classes), openness.wrong / max(n_classes - 1, 1))
        of_class = np.flatnonzero(cells.given < n_classes)
        prior[of_class, cells.given[of_class]] = openness.right
        prior[cells.given == n_classes] = openness.unsure
        is_rated = np.diff(cells.incidence.indptr) > 0
        return _Model(decided, is_unsure, answers, gold, openness, cells, is_rated, prior)

    def parameters(self, posterior: Array) -> tuple[Array, Array, float]:
        """Expected log-probabilities of each cell and class, and the divergence (nats) from the priors."""
        digamma, gammaln = scipy.special.digamma, scipy.special.gammaln
        counts = self.cells.incidence.T @ posterior
        totals = np.add.reduceat(counts, self.cells.starts, axis=0)
        row_prior = self.openness.right + self.openness.wrong + self.openness.unsure
        by_cell = digamma(counts + self.prior) - digamma(totals + row_prior)[self.cells.rank]
        divergence = (gammaln(totals + row_prior) - gammaln(row_prior)).sum()
        divergence += (gammaln(self.prior) - gammaln(counts + self.prior) + counts * by_cell).sum()
        items, prior = posterior[self.is_rated].sum(axis=0), self.openness.items
        total, n = items.sum(), len(items)
        of_class = digamma(items + prior) - digamma(total + n * prior)
        divergence += gammaln(total + n * prior) - gammaln(n * prior)
        divergence += (gammaln(prior) - gammaln(items + prior) + items * of_class).sum()
        return by_cell, of_class, float(divergence)

    def items(self, by_cell: Array, of_class: Array) -> tuple[Array, float]:
        """Probabilities of the items' classes, and the log-likelihood."""
        scores = of_class + self.cells.incidence @ by_cell
        rows = np.flatnonzero(self.gold != UNKNOWN)
        others = np.arange(scores.shape[1]) != self.gold[rows, np.newaxis]
        scores[rows] = np.where(others, -np.inf, scores[rows])
        log_likelihood = scipy.special.logsumexp(scores[self.is_rated], axis=1).sum()
        return softmax(scores), float(log_likelihood)


def _result(model: _Model, posterior: Array, converged: bool, n_iterations: int) -> UnsureConsensus:
    decided, answers = model.decided, model.answers
    by_cell, of_class, _ = model.parameters(posterior)
    scores = of_class + model.cells.incidence @ by_cell
    of_decided = model.cells.of_rating[~model.is_unsure]

    def scores_of_others(part: slice) -> Array:
        return np.asarray(scores[decided.item[part]] - by_cell[of_decided[part]])

    consensus = assembled(
        decided,
        posterior,
        method="unsure",
        evidence=evidence_from_others(decided, model.gold, scores_of_others),
        converged=converged,
        n_iterations=n_iterations,
        log_likelihood=_log_likelihood(model, posterior),
    )
    unsure, n_items = model.is_unsure.astype(np.float64), answers.n_items
    n_of_item = np.bincount(answers.item, minlength=n_items)
    share = np.bincount(answers.item, unsure, n_items) / np.maximum(n_of_item, 1)
    return UnsureConsensus(
        consensus,
        np.asarray(share, dtype=np.float64),
        _rates(answers.annotators, answers.annotator, unsure),
        _class_rates(decided.classes, posterior[answers.item], unsure),
    )


def _log_likelihood(model: _Model, posterior: Array) -> float:
    """Of all answers and gold under the mean parameters."""
    counts = model.cells.incidence.T @ posterior + model.prior
    openness = model.openness
    totals = model.cells.totals(counts - model.prior) + openness.right + openness.wrong + openness.unsure
    items = posterior[model.is_rated].sum(axis=0) + openness.items
    of_class = np.log(np.maximum(items / items.sum(), _NEVER))
    return model.items(np.log(np.maximum(counts / totals, _NEVER)), of_class)[1]


def _rates(names: Any, of_rating: npt.NDArray[np.int32], unsure: Array) -> dict[Name, Estimate]:
    n = np.bincount(of_rating, minlength=len(names))
    n_unsure = np.bincount(of_rating, unsure, len(names))
    return {name: proportion(float(n_unsure[code]), float(n[code])) for code, name in enumerate(names) if n[code] > 0}


def _class_rates(names: Any, posterior: Array, unsure: Array) -> dict[Name, Estimate]:
    """Answers counted for each class as far as their item is likely to be of it."""
    n, n_unsure = posterior.sum(axis=0), unsure @ posterior
    return {
        name: proportion(float(min(n_unsure[code], n[code])), float(n[code]))
        for code, name in enumerate(names)
        if n[code] > 1e-6
    }
