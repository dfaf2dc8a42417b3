"""How many spans two annotators have in common, as F1: with whom as the reference does not matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import scipy

from karat.quality.agreement.pooled import pooled_share, pooled_share_by_pair
from karat.quality.agreement.spans.span import Span, spans_of
from karat.quality.errors import UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings

MATCHES = ("exact", "overlap")


def span_f1(ratings: Ratings, *, match: str = "exact", labels: bool = True, level: float = 0.95) -> Estimate:
    """Share of spans that two annotators of the same text have in common.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are frozensets or tuples of `Span`; an empty one where an annotator marked nothing.
    match : {"exact", "overlap"}
        Whether two spans match with the same start and end, or when they share a character. Each span matches one
        other at most; with "overlap" as many as possible are matched.
    labels : bool
        Whether matching spans must have the same label.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        F1, 0-1: twice the matched spans over all spans, averaged over the pairs of annotators of each text and summed
        over texts. Not corrected for chance, which is small where text is long. Two annotators who both marked
        nothing agree, and add nothing to either sum; 1 when nobody marked anything. `n` counts the texts with at
        least two annotators, and the interval is over texts.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no text has two annotators.
    UnreadableRatings
        When an answer is not made of spans.
    UnknownMethod
        When there is no such match.

    References
    ----------
    Hripcsak and Rothschild (2005), doi:10.1197/jamia.M1733: F1 as agreement where what was not marked is uncountable.

    Examples
    --------
    >>> rows = [("text", "ada", frozenset({(0, 5, "PER"), (10, 15, "LOC")})),
    ...         ("text", "bo", frozenset({(0, 5, "PER")}))]
    >>> round(span_f1(Ratings.from_rows(rows)).value, 3)
    0.667
    """
    return pooled_share(ratings, _score(match, labels), unit=1.0, level=level)


def span_f1_by_pair(
    ratings: Ratings, *, match: str = "exact", labels: bool = True, level: float = 0.95
) -> dict[tuple[Name, Name], Estimate]:
    """`span_f1` for each two annotators who share a text."""
    return pooled_share_by_pair(ratings, _score(match, labels), unit=1.0, level=level)


def span_f1_of(first: Iterable[Any], second: Iterable[Any], *, match: str = "exact", labels: bool = True) -> float:
    """F1 of two annotators' spans in one text; 1 when both marked nothing.

    Examples
    --------
    >>> span_f1_of([(0, 5, "PER"), (10, 15, "LOC")], [(0, 5, "PER"), (11, 15, "LOC")], match="overlap")
    1.0
    """
    part, whole = _score(match, labels)(first, second)
    return part / whole if whole else 1.0


def _score(match: str, labels: bool) -> Callable[[Any, Any], tuple[float, float]]:
    if match not in MATCHES:
        raise UnknownMethod(f"there is no match {match!r} of spans; there are {', '.join(MATCHES)}.")
    matched = _n_equal if match == "exact" else _n_overlapping

    def score(first: Any, second: Any) -> tuple[float, float]:
        one, other = spans_of(first), spans_of(second)
        return 2.0 * matched(one, other, labels), float(len(one) + len(other))

    return score


def _n_equal(one: list[Span], other: list[Span], labels: bool) -> int:
    if labels:
        return len(set(one) & set(other))
    # A counter, since one annotator may give two labels to the same stretch.
    return (Counter((s.start, s.end) for s in one) & Counter((s.start, s.end) for s in other)).total()


def _n_overlapping(one: list[Span], other: list[Span], labels: bool) -> int:
    """Size of the largest set of pairs in which each span occurs once."""
    if not one or not other:
        return 0
    starts, ends = np.array([s[:2] for s in one]).T
    other_starts, other_ends = np.array([s[:2] for s in other]).T
    may_match = (starts[:, np.newaxis] < other_ends) & (other_starts < ends[:, np.newaxis])
    if labels:
        code = {label: number for number, label in enumerate({s.label for s in (*one, *other)})}
        label, other_label = (np.array([code[s.label] for s in spans]) for spans in (one, other))
        may_match &= label[:, np.newaxis] == other_label
    partner = scipy.sparse.csgraph.maximum_bipartite_matching(scipy.sparse.csr_array(may_match))
    return int((partner >= 0).sum())
