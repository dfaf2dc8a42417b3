"""The blend: votes and several models averaged, for certainty that can be read as a probability.

Each part is wrong in its own way. Votes are too modest where annotators differ in skill, models too sure where an item
misleads many; their mean is closer to the truth than either, without any gold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from karat.quality.consensus.concluding import concluded
from karat.quality.consensus.fitting import USUAL_PASSES, USUAL_TOLERANCE, Fit, Problem, fit, prepare
from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.prior import Prior
from karat.quality.consensus.result import Consensus
from karat.quality.consensus.soft import Soft, plus, weighted
from karat.quality.consensus.tempering import evidence_weight
from karat.quality.consensus.updates import ConfusionUpdate, OneCoinUpdate, Update
from karat.quality.ratings import Ratings


@dataclass(frozen=True, eq=False)
class Parts:
    """What a blend is made of.

    Attributes
    ----------
    problem : Problem
    one_coin : (Fit, Update)
    models : tuple of (Fit, Update)
        Dawid-Skene under three priors; the first is the usual one.
    weights : tuple of float
        Evidence weight of each model.
    """

    problem: Problem
    one_coin: tuple[Fit, Update]
    models: tuple[tuple[Fit, Update], ...]
    weights: tuple[float, ...]

    @property
    def fits(self) -> tuple[Fit, ...]:
        """All of them."""
        return (self.one_coin[0], *(found for found, _ in self.models))

    def soft(self, *, votes: float = 0.0) -> Soft:
        """Their mean with the vote shares; this further share of it moved to the votes."""
        each = (1.0 - votes) / (len(self.models) + 2)
        # One at a time: a part of many items is large, and only its share in the mean is kept.
        total = weighted(each + votes, self.problem.vote_shares())
        total = plus(total, each, self.one_coin[0].soft())
        for (found, _), weight in zip(self.models, self.weights, strict=True):
            total = plus(total, each, found.soft(weight))
        return total


def blend(ratings: Ratings, *, gold: Mapping[Any, Any] | None = None) -> Consensus:
    """The mean of vote shares, a one-coin model and three tempered Dawid-Skene posteriors, a fifth each.

    Nothing is fitted in the weights. Where people err independently of each other it is too modest.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels, held fixed in every part; classes nobody gave are allowed.

    Returns
    -------
    Consensus
        `annotators`, `log_likelihood` and `evidence_weight` are those of the model with the default prior;
        `n_iterations` adds up those of all, and `converged` holds when all did.

    Raises
    ------
    NoRatings
        When there is no rating.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("a", "bo", "x"), ("b", "ada", "y"), ("b", "bo", "y")])
    >>> blend(ratings).labels
    ('x', 'y')
    """
    ratings, known = with_gold(ratings, gold)
    parts = fitted_parts(prepare(ratings, known))
    return as_consensus(ratings, parts, parts.soft(), "blend", gold=gold)


def fitted_parts(problem: Problem) -> Parts:
    """Fit everything a blend is made of."""
    others = max(problem.ratings.n_classes - 1, 1)
    layout = problem.layout
    updates = (
        ConfusionUpdate(layout, Prior(), "bayes"),
        ConfusionUpdate(layout, Prior(right=4.0, wrong=1.0 * others), "bayes"),
        ConfusionUpdate(layout, Prior(right=1.0, wrong=0.5 * others), "map"),
    )
    models = tuple((_fitted(problem, update), update) for update in updates)
    weights = tuple(evidence_weight(found) for found, _ in models)
    coin = OneCoinUpdate(layout)
    return Parts(problem, (_fitted(problem, coin), coin), models, weights)


def as_consensus(
    ratings: Ratings,
    parts: Parts,
    soft: Soft,
    method: str,
    *,
    gold: Mapping[Any, Any] | None,
    n_calibration_gold: int = 0,
) -> Consensus:
    """The consensus with these probabilities; annotators are judged by the model with the usual prior."""
    found, update = parts.models[0]
    return concluded(
        ratings,
        found,
        update,
        soft,
        prior=Prior(),
        method=method,
        evidence_weight=parts.weights[0],
        n_iterations=sum(part.n_iterations for part in parts.fits),
        converged=all(part.converged for part in parts.fits),
        n_calibration_gold=n_calibration_gold,
        gold=gold,
    )


def _fitted(problem: Problem, update: Update) -> Fit:
    return fit(problem, update, tolerance=USUAL_TOLERANCE, max_iterations=USUAL_PASSES)
