"""Majority vote: every annotator counts the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.consensus.cells import Cells
from karat.quality.consensus.gold import clamp, with_gold
from karat.quality.consensus.result import AnnotatorTable, Consensus, most_probable
from karat.quality.ratings import Ratings


def majority_vote(ratings: Ratings, *, gold: Mapping[Any, Any] | None = None) -> Consensus:
    """The class most annotators gave, with the shares of their votes as probabilities.

    Parameters
    ----------
    ratings : Ratings
    gold : mapping of item to class, optional
        Trusted labels. They are taken as they are; classes nobody gave are allowed.

    Returns
    -------
    Consensus
        `certainty` is the share of votes for the label, which says how united the annotators were and not how
        probably they are right. An item without ratings gets the shares of all ratings. An annotator's accuracy
        is the share of ratings equal to the label, on items others rated too or with gold; the annotator's own vote
        helped to decide it, so it flatters.

    Raises
    ------
    NoRatings
        When there is no rating.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("a", "bo", "y"), ("a", "cy", "y"), ("b", "bo", "x")])
    >>> result = majority_vote(ratings)
    >>> result.by_item(), result.certainty.round(2).tolist()
    ({'a': 'y', 'b': 'x'}, [0.67, 1.0])
    """
    ratings, known = with_gold(ratings, gold)
    counts = ratings.class_counts()
    probabilities = clamp(vote_shares(ratings), known)
    label = most_probable(probabilities, counts.sum(axis=0))
    cells = Cells.of(ratings)
    decided = np.zeros_like(probabilities)
    decided[np.arange(ratings.n_items), label] = 1.0
    is_shared = (counts.sum(axis=1) >= 2) | (known >= 0)
    return Consensus(
        items=ratings.items,
        classes=ratings.classes,
        labels=label,
        probabilities=probabilities,
        certainty=probabilities[np.arange(ratings.n_items), label],
        annotators=AnnotatorTable(
            ratings,
            cells,
            cells.incidence.T @ decided,
            right=0.0,
            wrong=0.0,
            correct=decided[ratings.item, ratings.label],
            evidence=is_shared[ratings.item].astype(np.float64),
        ),
        method="majority",
        converged=True,
        n_iterations=0,
        log_likelihood=None,
    )


def vote_shares(ratings: Ratings) -> npt.NDArray[np.float64]:
    """Share of an item's ratings for each class, (n_items, n_classes); the overall shares where there is none."""
    votes = ratings.class_counts().toarray().astype(np.float64)
    n_votes = votes.sum(axis=1, keepdims=True)
    overall = votes.sum(axis=0) / n_votes.sum()
    return np.asarray(np.where(n_votes > 0, votes / np.maximum(n_votes, 1.0), overall))
