"""Agreement of whole rankings: each annotator puts the candidates of an item into an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from karat.quality.agreement.pooled import mean_pairwise
from karat.quality.errors import UnknownMethod, UnreadableRatings
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings


def ranking_agreement(ratings: Ratings, *, distance: str = "kendall", level: float = 0.95) -> Estimate:
    """How close the rankings of two annotators of the same item are, on average.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are tuples of candidates, best first. Candidates may differ from item to item, not within one.
    distance : {"kendall", "footrule"}
        Pairs of candidates in opposite order, or places moved; see `kendall_distance` and `footrule_distance`.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Mean of 1 - distance over pairs within an item, then over items, 0-1. Not corrected for chance: random
        rankings give 1/2 (kendall) or about 1/3 (footrule). For alpha, where all items have the same candidates:
        `distance_alpha(ratings, kendall_distance)`. `n` counts the items with at least two rankings.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no item has two rankings.
    UnreadableRatings
        When two rankings of an item are not of the same candidates.
    UnknownMethod
        When there is no such distance.

    Examples
    --------
    >>> rows = [("q1", "ada", ("a", "b", "c")), ("q1", "bo", ("a", "c", "b")),
    ...         ("q2", "ada", ("d", "e")), ("q2", "bo", ("d", "e"))]
    >>> round(ranking_agreement(Ratings.from_rows(rows)).value, 3)
    0.833
    """
    distances: dict[str, Callable[[Any, Any], float]] = {"kendall": kendall_distance, "footrule": footrule_distance}
    if distance not in distances:
        raise UnknownMethod(f"there is no ranking distance {distance!r}; there are {', '.join(distances)}.")
    apart = distances[distance]
    return mean_pairwise(ratings, lambda one, other: 1 - apart(one, other), level=level)


def kendall_distance(first: Sequence[Any], second: Sequence[Any]) -> float:
    """Share of the pairs of candidates that two rankings put into opposite order, 0-1.

    References
    ----------
    Kendall (1938), doi:10.1093/biomet/30.1-2.81: (1 - tau) / 2.

    Examples
    --------
    >>> round(kendall_distance(("a", "b", "c"), ("a", "c", "b")), 3)
    0.333
    """
    places = _places(first, second)
    n = len(places)
    if n < 2:
        return 0.0
    inversions = sum(int((places[:i] > places[i]).sum()) for i in range(1, n))
    return inversions / (n * (n - 1) / 2)


def footrule_distance(first: Sequence[Any], second: Sequence[Any]) -> float:
    """Summed difference of the places of each candidate, divided by the most it can be, 0-1.

    References
    ----------
    Diaconis and Graham (1977), doi:10.1111/j.2517-6161.1977.tb01624.x: Spearman's footrule.

    Examples
    --------
    >>> footrule_distance(("a", "b", "c"), ("a", "c", "b"))
    0.5
    """
    places = _places(first, second)
    n = len(places)
    return float(abs(places - np.arange(n)).sum()) / (n * n // 2) if n > 1 else 0.0


def _places(first: Sequence[Any], second: Sequence[Any]) -> Any:
    """Where the second ranking has the candidates of the first."""
    where = {candidate: place for place, candidate in enumerate(second)}
    if len(where) < len(second) or len(first) != len(second) or set(first) != set(where):
        raise UnreadableRatings(
            f"two rankings must order the same candidates, each once; got {tuple(first)!r} and {tuple(second)!r}."
        )
    return np.array([where[candidate] for candidate in first], dtype=np.int64)
