"""Consensus: the label of an item inferred from several annotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from karat.quality.consensus.auto import auto
from karat.quality.consensus.blend import blend
from karat.quality.consensus.bradley_terry import Ranking, bradley_terry
from karat.quality.consensus.comparisons import Comparisons
from karat.quality.consensus.dawid_skene import dawid_skene
from karat.quality.consensus.ebcc import Ebcc, ebcc
from karat.quality.consensus.glad import Glad, glad
from karat.quality.consensus.gold_weighted import gold_weighted
from karat.quality.consensus.mace import Mace, mace
from karat.quality.consensus.majority import majority_vote
from karat.quality.consensus.methods import METHODS
from karat.quality.consensus.multi_label import MultiLabelConsensus, multi_label
from karat.quality.consensus.numbers import NumericConsensus, numbers
from karat.quality.consensus.one_coin import one_coin
from karat.quality.consensus.ordinal import OrdinalConsensus, ordinal
from karat.quality.consensus.prior import Prior
from karat.quality.consensus.result import AnnotatorSkill, AnnotatorTable, Consensus
from karat.quality.consensus.running import RunningConsensus
from karat.quality.consensus.sufficiency import Sufficiency, Thresholds, Verdict, diagnose
from karat.quality.consensus.taxonomy import TaxonomyConsensus, taxonomy
from karat.quality.consensus.unsure import UnsureConsensus, with_unsure
from karat.quality.consensus.wawa import wawa
from karat.quality.errors import UnknownMethod
from karat.quality.ratings import Ratings

__all__ = [
    "METHODS",
    "AnnotatorSkill",
    "AnnotatorTable",
    "Comparisons",
    "Consensus",
    "Ebcc",
    "Glad",
    "Mace",
    "MultiLabelConsensus",
    "NumericConsensus",
    "OrdinalConsensus",
    "Prior",
    "Ranking",
    "RunningConsensus",
    "Sufficiency",
    "TaxonomyConsensus",
    "Thresholds",
    "UnsureConsensus",
    "Verdict",
    "auto",
    "blend",
    "bradley_terry",
    "consensus",
    "dawid_skene",
    "diagnose",
    "ebcc",
    "glad",
    "gold_weighted",
    "mace",
    "majority_vote",
    "multi_label",
    "numbers",
    "one_coin",
    "ordinal",
    "taxonomy",
    "wawa",
    "with_unsure",
]


def consensus(
    ratings: Ratings,
    *,
    method: str = "auto",
    gold: Mapping[Any, Any] | None = None,
    seed: int = 0,
) -> Consensus:
    """Infer one label per item, with its certainty, and how good each annotator is.

    Parameters
    ----------
    ratings : Ratings
    method : str
        One of `METHODS`. "auto" blends votes and models and learns from gold how far to trust them: certainty that can
        be shown and acted on. "majority" are plain votes. "dawid_skene" has a confusion matrix for each annotator
        (variational Bayes; "dawid_skene_map" the most probable ones, "dawid_skene_ml" the maximum likelihood of the
        1979 paper), "one_coin" one accuracy. "blend" is auto without learning from gold. "wawa", "gold_weighted",
        "mace", "glad" and "ebcc" are further models; "ordinal" is for ordered classes.
    gold : mapping of item to class, optional
        Trusted labels, held fixed. Items without ratings are left aside; new classes are allowed.
    seed : int
        For methods that start at random ("mace", "ebcc"). The others draw nothing.

    Returns
    -------
    Consensus

    Raises
    ------
    NoRatings
        When there is no rating.
    NoGold
        When the method lives on gold and there is none.
    UnknownMethod
        When there is no such method.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("a", "bo", "x"), ("b", "ada", "y"), ("b", "bo", "y")])
    >>> consensus(ratings).labels
    ('x', 'y')
    """
    if method not in METHODS:
        raise UnknownMethod(f"there is no method {method!r}; there are {', '.join(METHODS)}.")
    return METHODS[method](ratings, gold, seed)
