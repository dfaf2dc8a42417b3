"""Votes weighted by how often each annotator agrees with the majority ("worker agreement with aggregate", Wawa)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.assemble import assembled, evidence_from_votes
from karat.quality.consensus.gold import clamp, with_gold
from karat.quality.consensus.majority import vote_shares
from karat.quality.consensus.result import Consensus
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]


def wawa(ratings: Ratings, *, gold: Mapping[Any, Any] | None = None) -> Consensus:
    """A majority vote, then a second one in which everybody's vote weighs their agreement with the first.

    One step beyond majority vote, without a model: cheap, and hard to lead astray.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels. They stand in for the majority of their items and are taken as they are.

    Returns
    -------
    Consensus
        `probabilities` are weighted vote shares; `certainty` says how united the weighted annotators were, not how
        probably they are right. Where the first vote ties, each of the tied classes agrees in part. An item whose
        annotators never agree with anyone keeps its plain shares; one without ratings gets the shares of all ratings.

    Raises
    ------
    NoRatings
        When there is no rating.

    Examples
    --------
    >>> rows = [(item, who, "x") for item in range(4) for who in ("ada", "bo", "cy")]
    >>> rows += [(item, "di", "y") for item in range(4)] + [("new", "ada", "x"), ("new", "di", "y")]
    >>> wawa(Ratings.from_rows(rows)).by_item()["new"]
    'x'
    """
    ratings, known = with_gold(ratings, gold)
    weight = _agreement_with(clamp(_majority(vote_shares(ratings)), known), ratings)
    probabilities = clamp(weighted_shares(ratings, weight), known)
    return assembled(ratings, probabilities, method="wawa", evidence=evidence_from_votes(ratings, known))


def weighted_shares(ratings: Ratings, weight: Array) -> Array:
    """Vote shares (n_items, n_classes) in which each annotator's votes have a weight, (n_annotators,), 0 or more.

    Plain shares where all weights of an item are 0.
    """
    shape = (ratings.n_items, ratings.n_classes)
    votes = scipy.sparse.coo_array((weight[ratings.annotator], (ratings.item, ratings.label)), shape=shape).toarray()
    total = votes.sum(axis=1, keepdims=True)
    plain = vote_shares(ratings)
    return np.asarray(np.where(total > 0, votes / np.where(total > 0, total, 1.0), plain))


def _majority(shares: Array) -> Array:
    """1 for the class with most votes; of several each has its part, so that no order of classes decides."""
    is_most = shares >= shares.max(axis=1, keepdims=True) - 1e-12
    return np.asarray(is_most / is_most.sum(axis=1, keepdims=True))


def _agreement_with(decided: Array, ratings: Ratings) -> Array:
    """Share of each annotator's ratings that `decided` (n_items, n_classes) holds for right."""
    n_agreeing = np.bincount(ratings.annotator, decided[ratings.item, ratings.label], ratings.n_annotators)
    n_ratings = np.bincount(ratings.annotator, minlength=ratings.n_annotators)
    return np.asarray(n_agreeing / np.maximum(n_ratings, 1))
