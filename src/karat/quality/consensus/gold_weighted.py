"""Votes weighted by what gold shows of each annotator: the plain way to use trusted labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.assemble import assembled, softmax
from karat.quality.consensus.gold import UNKNOWN, clamp, with_gold
from karat.quality.consensus.result import Consensus
from karat.quality.consensus.wawa import weighted_shares
from karat.quality.errors import NoGold
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]

Weights = Literal["log_odds", "accuracy"]

_MOST = 0.99  # no accuracy learnt from a handful of gold items may outvote everybody else


def gold_weighted(
    ratings: Ratings,
    *,
    gold: Mapping[Any, Any] | None,
    weights: Weights = "log_odds",
    shrinkage: float = 5.0,
) -> Consensus:
    """Votes in which each annotator weighs what their accuracy on gold is worth.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class
        Trusted labels. They are taken as they are; classes nobody gave are allowed.
    weights : {"log_odds", "accuracy"}
        "log_odds" takes annotators for independent and right equally often on all classes; a vote then weighs
        log(a (K - 1) / (1 - a)) for accuracy a among K classes: nothing at chance, and against its class below.
        "accuracy" weighs the accuracy itself, as other tools do.
    shrinkage : float
        Graded answers' worth of belief that an annotator is like all graded answers taken together. An annotator who
        met no gold weighs as much as those on average.

    Returns
    -------
    Consensus
        The accuracy of an annotator is that on gold, unshrunk, None without. With "accuracy", `certainty` is a
        weighted share of votes. An item without ratings gets equal probabilities, or with "accuracy" the shares of
        all ratings.

    Raises
    ------
    NoRatings
        When there is no rating.
    NoGold
        When no rating falls on an item with gold.

    Examples
    --------
    >>> rows = [(item, "ada", "x") for item in "abcde"] + [(item, who, "y") for item in "abcde" for who in ("bo", "cy")]
    >>> gold_weighted(Ratings.from_rows(rows), gold={"a": "x", "b": "x", "c": "x"}).by_item()["e"]
    'x'
    """
    ratings, known = with_gold(ratings, gold)
    is_graded = known[ratings.item] != UNKNOWN
    if not is_graded.any():
        raise NoGold(
            f"weights from gold need ratings on gold items; none of the {ratings.n_ratings} ratings is on one. "
            "Add gold for rated items, or take the method dawid_skene, which needs none."
        )
    n_graded, n_right = _graded(ratings, known, is_graded)
    pooled = n_right.sum() / n_graded.sum()
    total = n_graded + shrinkage
    accuracy = np.where(total > 0, (n_right + shrinkage * pooled) / np.where(total > 0, total, 1.0), pooled)
    shares = _odds_posterior(ratings, accuracy) if weights == "log_odds" else weighted_shares(ratings, accuracy)
    measured = n_right / np.maximum(n_graded, 1)
    return assembled(
        ratings,
        clamp(shares, known),
        method="gold_weighted",
        correct=measured[ratings.annotator],
        evidence=is_graded.astype(np.float64),
    )


def _graded(ratings: Ratings, known: npt.NDArray[np.intp], is_graded: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """Answers on gold, and right ones among them, of each annotator."""
    n = ratings.n_annotators
    is_right = is_graded & (ratings.label == known[ratings.item])
    n_graded, n_right = (np.bincount(ratings.annotator[which], minlength=n) for which in (is_graded, is_right))
    return n_graded.astype(np.float64), n_right.astype(np.float64)


def _odds_posterior(ratings: Ratings, accuracy: Array) -> Array:
    """Class probabilities given independent annotators of these accuracies and equally frequent classes."""
    n_others = max(ratings.n_classes - 1, 1)
    a = np.clip(accuracy, (1 - _MOST) / n_others, _MOST)
    weight = np.log(a * n_others / (1 - a))
    codes = ratings.item.astype(np.int64) * ratings.n_classes + ratings.label
    scores = np.asarray(np.bincount(codes, weight[ratings.annotator], ratings.n_items * ratings.n_classes))
    return softmax(scores.astype(np.float64).reshape(ratings.n_items, ratings.n_classes))
