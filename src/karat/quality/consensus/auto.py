"""The default: the blend, with what gold teaches about how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from karat.quality.consensus.blend import as_consensus, fitted_parts
from karat.quality.consensus.fitting import prepare
from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.result import Consensus
from karat.quality.ratings import Ratings


def auto(ratings: Ratings, *, gold: Mapping[Any, Any] | None = None) -> Consensus:
    """Votes and models blended.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("a", "ada", "x"), ("a", "bo", "x"), ("b", "ada", "y"), ("b", "bo", "y")])
    >>> auto(ratings).labels
    ('x', 'y')
    """
    ratings, known = with_gold(ratings, gold)
    parts = fitted_parts(prepare(ratings, known))
    return as_consensus(ratings, parts, parts.soft(), "auto")
