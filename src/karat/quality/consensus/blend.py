"""The blend: votes and several confusion-matrix models averaged, for certainty that can be read as a probability.

Each part is wrong in its own way. Votes are too modest where annotators differ in skill, models too sure where an item
misleads many; their mean is closer to the truth than either, without any gold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from karat.quality.consensus.dawid_skene import Prior, dawid_skene
from karat.quality.consensus.gold import clamp, with_gold
from karat.quality.consensus.majority import vote_shares
from karat.quality.consensus.result import Consensus, most_probable
from karat.quality.ratings import Ratings


def blend(ratings: Ratings, *, gold: Mapping[Any, Any] | None = None) -> Consensus:
    """The mean of vote shares and of three tempered Dawid-Skene posteriors with different priors, a quarter each.

    Nothing is fitted in the weights. Over the twelve public crowds of the method page it is as accurate as the models
    (80.5 against 80.3 %), and its mean log-loss is .62 nats, against .96 of the tempered model alone, 1.3 of the
    untempered one and .88 of votes. Where people err independently of each other it is too modest.

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
    others = max(ratings.n_classes - 1, 1)
    priors = (Prior(), Prior(right=4.0, wrong=1.0 * others), Prior(right=1.0, wrong=0.5 * others))
    fits = [dawid_skene(ratings, gold=gold, prior=prior) for prior in priors]
    parts = [clamp(vote_shares(ratings), known), *(fit.probabilities for fit in fits)]
    probabilities = np.mean(parts, axis=0)
    label = most_probable(probabilities, ratings.class_counts().sum(axis=0))
    return replace(
        fits[0],
        labels=tuple(ratings.classes[code] for code in label),
        probabilities=probabilities,
        certainty=probabilities[np.arange(ratings.n_items), label],
        method="blend",
        converged=all(fit.converged for fit in fits),
        n_iterations=sum(fit.n_iterations for fit in fits),
    )
