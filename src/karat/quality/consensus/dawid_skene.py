"""Dawid and Skene's model: each annotator has a confusion matrix, and it weighs what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.concluding import concluded
from karat.quality.consensus.fitting import PLAIN_PASSES, USUAL_PASSES, USUAL_TOLERANCE, fit, prepare
from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.prior import NO_PRIOR, Prior
from karat.quality.consensus.result import Consensus
from karat.quality.consensus.tempering import evidence_weight
from karat.quality.consensus.updates import ConfusionUpdate
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]
Estimator = Literal["bayes", "map", "likelihood"]

METHOD_NAMES: dict[Estimator, str] = {
    "bayes": "dawid_skene",
    "map": "dawid_skene_map",
    "likelihood": "dawid_skene_ml",
}

_LIMITS: dict[Estimator, tuple[float, int, int]] = {
    "bayes": (USUAL_TOLERANCE, USUAL_PASSES, PLAIN_PASSES),
    "map": (1e-7, 1000, PLAIN_PASSES),
    # Without a prior there are many peaks, and momentum on the way down to one jumps into the next.
    "likelihood": (1e-12, 5000, 100),
}
"""Tolerance, most passes, and passes before the momentum."""


def dawid_skene(
    ratings: Ratings,
    *,
    gold: Mapping[Any, Any] | None = None,
    estimate: Estimator = "bayes",
    prior: Prior | None = None,
    is_tempered: bool = False,
    tolerance: float | None = None,
    max_iterations: int | None = None,
) -> Consensus:
    """Labels and confusion matrices that explain the ratings best together.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels. They are held fixed and teach the confusion matrices; classes nobody gave are allowed.
    estimate : {"bayes", "map", "likelihood"}
        Parameters averaged over (variational Bayes), the most probable ones under the prior, or the maximum likelihood
        of the 1979 paper, which has no prior.
    prior : Prior, optional
        By default four pseudo-ratings for each row of a confusion matrix, 2.8 of them right ("bayes"), or one right
        and half a one for each wrong class ("map").
    is_tempered : bool
        Count each rating only for as much as the ratings of an item foretell each other (see `tempering`). By default
        the probabilities are the model's own, which are overconfident where ratings repeat each other's mistakes.
    tolerance : float, optional
        Stop when the log-likelihood (with a prior: the bound on the evidence, or the posterior) still to be gained is
        less than this share of it; 2e-6, 1e-7 ("map") or 1e-12 ("likelihood"): the weaker the prior, the longer the
        plateaus. What is to be gained is extrapolated from the last steps, since small steps may be many.
    max_iterations : int, optional
        Give up after so many passes and say so in `converged`; 300, 1000 or 5000.

    Returns
    -------
    Consensus
        Deterministic: it starts from the majority shares. Items without ratings get the class shares. With more than 24
        classes, an item is of a class somebody gave it, or of any other one with what probability the annotators'
        mistakes leave.

    Raises
    ------
    NoRatings
        When there is no rating.

    References
    ----------
    Dawid and Skene (1979), doi:10.2307/2346806; prior and variational form: Kim and Ghahramani (2012), "Bayesian
    classifier combination"; acceleration: Nesterov (1983), with the restarts of O'Donoghue and Candès (2015),
    doi:10.1007/s10208-013-9150-3.

    Examples
    --------
    >>> good = [(item, who, "x" if item < 5 else "y") for item in range(10) for who in ("ada", "bo")]
    >>> noise = [(item, "cy", "x") for item in range(10)]
    >>> result = dawid_skene(Ratings.from_rows(good + noise))
    >>> result.labels == ("x",) * 5 + ("y",) * 5
    True
    >>> result.annotators["ada"].accuracy.value > 0.9 > result.annotators["cy"].accuracy.value
    True
    """
    ratings, known = with_gold(ratings, gold)
    problem = prepare(ratings, known)
    strength = prior if prior is not None else default_prior(estimate, ratings.n_classes)
    update = ConfusionUpdate(problem.layout, strength, estimate)
    usual_tolerance, usual_iterations, n_plain = _LIMITS[estimate]
    found = fit(
        problem,
        update,
        tolerance=usual_tolerance if tolerance is None else tolerance,
        max_iterations=usual_iterations if max_iterations is None else max_iterations,
        n_plain=n_plain,
    )
    weight = evidence_weight(found) if is_tempered else 1.0
    return concluded(
        ratings,
        found,
        update,
        found.soft(weight),
        prior=strength,
        method=METHOD_NAMES[estimate],
        evidence_weight=weight,
    )


def default_prior(estimate: Estimator, n_classes: int) -> Prior:
    """What `dawid_skene` believes before any rating."""
    if estimate == "likelihood":
        return NO_PRIOR
    return Prior() if estimate == "bayes" else Prior(right=1.0, wrong=0.5 * max(n_classes - 1, 1))
