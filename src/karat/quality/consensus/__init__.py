"""Consensus: the label of an item inferred from several annotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from karat.quality.consensus.blend import blend
from karat.quality.consensus.dawid_skene import Prior, dawid_skene
from karat.quality.consensus.majority import majority_vote
from karat.quality.consensus.result import AnnotatorSkill, AnnotatorTable, Consensus
from karat.quality.errors import UnknownMethod
from karat.quality.ratings import Ratings

__all__ = [
    "AnnotatorSkill",
    "AnnotatorTable",
    "Consensus",
    "Prior",
    "blend",
    "consensus",
    "dawid_skene",
    "majority_vote",
]


def consensus(
    ratings: Ratings,
    *,
    method: str = "dawid_skene",
    gold: Mapping[Any, Any] | None = None,
    seed: int = 0,  # noqa: ARG001 (part of the stable call; the methods so far draw nothing)
) -> Consensus:
    """Infer one label per item, with its certainty, and how good each annotator is.

    Parameters
    ----------
    ratings : Ratings
    method : {"dawid_skene", "blend", "majority", "dawid_skene_ml"}
        Confusion matrices with a prior and tempered certainty; these averaged with votes, where certainty is to
        be shown to people or acted on; plain votes; or the maximum likelihood of the 1979 paper with its
        untempered (overconfident) posterior.
    gold : mapping of item to class, optional
        Trusted labels, held fixed. Items without ratings are left aside; new classes are allowed.
    seed : int
        For methods that start at random. Those so far do not.

    Returns
    -------
    Consensus

    Raises
    ------
    NoRatings
        When there is no rating.
    UnknownMethod
        When there is no such method.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("a", "bo", "x"), ("b", "ada", "y"), ("b", "bo", "y")])
    >>> consensus(ratings, method="majority").labels
    ('x', 'y')
    """
    match method:
        case "dawid_skene":
            return dawid_skene(ratings, gold=gold)
        case "dawid_skene_ml":
            # Without a prior the likelihood has long plateaus; the default limits would stop on one.
            return dawid_skene(ratings, gold=gold, prior=None, is_tempered=False, tolerance=1e-8, max_iterations=2000)
        case "blend":
            return blend(ratings, gold=gold)
        case "majority":
            return majority_vote(ratings, gold=gold)
    raise UnknownMethod(f"there is no method {method!r}; there are dawid_skene, blend, majority and dawid_skene_ml.")
