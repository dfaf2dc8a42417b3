"""Krippendorff's alpha for unitizing: where people put the ends of the units they find in a continuum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.item_intervals import Influence, alpha_estimate
from karat.quality.agreement.spans.span import Span, refuse_beyond, spans_of, text_length
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnreadableRatings
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnitizingDisagreement:
    """Disagreement about units, found and expected.

    Attributes
    ----------
    observed, expected : float
        D_u and its expectation; with all labels, sums over labels. Expected is more than 0.
    """

    observed: float
    expected: float

    @property
    def alpha(self) -> float:
        """One minus observed over expected: 1 perfect, 0 chance; below 0 where units systematically miss."""
        return 1 - self.observed / self.expected


def unitizing_alpha(
    ratings: Ratings, lengths: Mapping[Any, int], *, label: Name = None, level: float = 0.95
) -> Estimate:
    """How far annotators agree on where units begin and end, beyond chance: alpha_u.

    Parameters
    ----------
    ratings : Ratings
        Whose classes are frozensets or tuples of `Span`. Spans of one annotator and label must not overlap.
    lengths : mapping from item to int
        Code points in each text that several annotators have.
    label : name, optional
        The label whose units are meant; without it all labels together, disagreements summed.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 perfect, 0 chance, without a lower bound. The texts are one continuum; the gap at the end of each goes on at
        its start, so that chance may put a unit anywhere. (A single text has ends, as in the printed definition; where
        units are long beside it, that alone makes alpha lower.) The interval is a t-interval on ln(1 - alpha), its
        standard error from leaving out one text at a time; `n` counts the texts with at least two annotators.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two texts have two annotators, or one text holds all units. `unitizing_disagreement` gives the
        value, without an interval, for a single text.
    SingleClass
        When nobody marked a unit, or units fill every text: chance cannot differ.
    UnreadableRatings
        When spans overlap, end after the text, or a length is missing.

    References
    ----------
    Krippendorff (1995), doi:10.2307/271061; Krippendorff (2004), Content Analysis, second edition, 11.6.

    Examples
    --------
    >>> rows = [("t1", "ada", frozenset({(10, 30)})), ("t1", "bo", frozenset({(12, 30)})),
    ...         ("t2", "ada", frozenset({(50, 70)})), ("t2", "bo", frozenset({(50, 71)}))]
    >>> round(unitizing_alpha(Ratings.from_rows(rows), {"t1": 100, "t2": 100}).value, 3)
    0.996
    """
    sums = _all_sums(ratings, lengths, label)
    n = len(sums[0].n_length)
    if n < 2:
        raise TooLittleOverlap(
            "an interval over texts needs at least 2 texts with two annotators; there is 1. "
            "Use unitizing_disagreement for the value of one text, or raise the overlap."
        )
    without = _alphas_without_each(sums)
    # Jackknife: its variance is (n - 1) / n of the squares, where the formula below has n / (n - 1).
    squares = float(np.square(without - without.mean()).sum()) * ((n - 1) / n) ** 2
    return alpha_estimate(
        alpha=_disagreement(sums).alpha,
        influence=Influence(total=0.0, squares=squares, rounding=1e-24),
        n_items=n,
        expected_disagreement=1.0,
        level=level,
    )


def unitizing_disagreement(
    ratings: Ratings, lengths: Mapping[Any, int], *, label: Name = None
) -> UnitizingDisagreement:
    """Observed and expected disagreement about units, and alpha_u; parameters and errors as for `unitizing_alpha`.

    Examples
    --------
    >>> rows = [("text", "ada", frozenset({(1, 9)})), ("text", "bo", frozenset({(2, 3), (4, 5), (6, 7)}))]
    >>> found = unitizing_disagreement(Ratings.from_rows(rows), {"text": 10})
    >>> round(found.observed, 3), round(found.expected, 3), round(found.alpha, 3)
    (0.91, 0.535, -0.7)
    """
    return _disagreement(_all_sums(ratings, lengths, label))


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the two disagreements about one label are made of, by text: arrays of shape (n_texts,).

    Attributes
    ----------
    length, n_length : float arrays
        Length of each text, and times its number of annotators.
    apart : float array
        Squared distances over ordered pairs of annotators, over the number of annotators less one.
    n_units, cubes, within : float arrays
        Number of units; sums of 2 l^3 - 3 l^2 + l and of l (l - 1) over their lengths l.
    in_gaps : float array
        Of each text's units with the gaps of all texts, plus its gaps with the units of all texts, less its own with
        its own: how much the sum over all units and gaps loses with the text.
    all_in_gaps : float
    """

    length: Array
    n_length: Array
    apart: Array
    n_units: Array
    cubes: Array
    within: Array
    in_gaps: Array
    all_in_gaps: float


def _disagreement(sums: Sequence[_Sums]) -> UnitizingDisagreement:
    observed, expected = (float(values[0]) for values in _summed(sums, left_out=False))
    if expected <= 0:
        raise SingleClass(
            "alpha compares agreement with chance, and nobody marked a unit that could lie elsewhere. "
            "Show span F1, or wait for other texts."
        )
    return UnitizingDisagreement(observed, expected)


def _alphas_without_each(sums: Sequence[_Sums]) -> Array:
    """Alpha without each text in turn: shape (n_texts,)."""
    all_expected = _disagreement(sums).expected
    observed, expected = _summed(sums, left_out=True)
    if (expected <= 1e-12 * all_expected).any():  # what is left of a difference may be rounding
        raise TooLittleOverlap(
            "one text holds all units, so how alpha varies over texts cannot be told. "
            "Use unitizing_disagreement for its value, or wait for units in other texts."
        )
    return np.asarray(1 - observed / expected)


def _summed(sums: Sequence[_Sums], *, left_out: bool) -> tuple[Array, Array]:
    """`_parts`, summed over labels."""
    by_label = np.array([_parts(one, left_out=left_out) for one in sums])
    observed, expected = by_label.sum(axis=0)
    return observed, expected


def _parts(sums: _Sums, *, left_out: bool) -> tuple[Array, Array]:
    """Observed and expected disagreement: without each text in turn, or of all, shape (1,)."""

    def total(values: Array) -> Array:
        return np.asarray(values.sum(keepdims=True) - (values if left_out else 0.0))

    n, length = total(sums.n_length), total(sums.length)
    in_gaps = sums.all_in_gaps - (sums.in_gaps if left_out else 0.0)
    among_units = np.maximum(0.0, total(sums.n_units) - 1) / 3 * total(sums.cubes)
    possible = n * (n - 1) - total(sums.within)
    chances = np.divide(among_units + in_gaps, possible, out=np.zeros_like(n), where=possible > 0)
    return total(sums.apart) / (n * length), 2 / length * chances


def _all_sums(ratings: Ratings, lengths: Mapping[Any, int], label: Name) -> list[_Sums]:
    """One for each label that is meant."""
    texts = _shared_texts(ratings, lengths)
    present = {span.label for _, answers in texts for spans in answers for span in spans}
    if label is not None and label not in present:
        raise SingleClass(f"no shared text has a unit with the label {label!r}; there are {sorted(map(str, present))}.")
    meant = [label] if label is not None else sorted(present, key=str)
    if not meant:
        raise SingleClass("nobody marked a unit in a shared text: all agree, and chance would too. Show span F1.")
    return [
        _label_sums(
            [(length, [[s for s in spans if s.label == one] for spans in answers]) for length, answers in texts]
        )
        for one in meant
    ]


def _shared_texts(ratings: Ratings, lengths: Mapping[Any, int]) -> list[tuple[int, list[list[Span]]]]:
    """Length and answers of each text with several annotators, checked."""
    if ratings.n_ratings == 0:
        raise NoRatings("agreement needs ratings; there are none.")
    texts = []
    grouped = ratings.by_item()
    ends = np.flatnonzero(np.append(np.diff(grouped.item) != 0, True)) + 1
    for start, end in pairwise([0, *ends.tolist()]):
        if end - start < 2:
            continue
        item = ratings.items[grouped.item[start]]
        length = text_length(lengths, item)
        answers = [spans_of(ratings.classes[code]) for code in grouped.label[start:end].tolist()]
        for row, spans in zip(range(start, end), answers, strict=True):
            refuse_beyond(spans, length, item)
            _refuse_overlap(spans, item, ratings.annotators[grouped.annotator[row]])
        texts.append((length, answers))
    if not texts:
        raise TooLittleOverlap(
            f"agreement needs a text with at least two annotators; none of the {ratings.n_items} texts has. "
            "Raise the overlap, so that texts are given to several annotators."
        )
    return texts


def _refuse_overlap(spans: Sequence[Span], item: Name, annotator: Name) -> None:
    reached: dict[Name, Span] = {}
    for span in spans:
        before = reached.get(span.label)
        if before is not None and before.end > span.start:
            raise UnreadableRatings(
                f"in {item!r}, {annotator!r} marked {before.start} to {before.end} and {span.start} to {span.end} with "
                f"the same label {span.label!r}, and they overlap; unitizing alpha needs units beside each other. "
                "Merge them, or use gamma, which allows overlaps."
            )
        reached[span.label] = span


def _label_sums(texts: Sequence[tuple[int, list[list[Span]]]]) -> _Sums:
    starts_and_ends = [
        [np.array([s[:2] for s in spans], dtype=np.float64).reshape(-1, 2) for spans in a] for _, a in texts
    ]
    units = [np.concatenate([np.diff(ends).ravel() for ends in answers]) for answers in starts_and_ends]
    gaps = [
        np.concatenate([_gap_lengths(ends, length, is_alone=len(texts) == 1) for ends in answers])
        for (length, _), answers in zip(texts, starts_and_ends, strict=True)
    ]
    all_units, all_gaps = np.sort(np.concatenate(units)), np.sort(np.concatenate(gaps))
    in_gaps = [
        _units_in_gaps(one, all_gaps) + _units_in_gaps(all_units, np.sort(gap)) - _units_in_gaps(one, np.sort(gap))
        for one, gap in zip(units, gaps, strict=True)
    ]
    length = np.array([length for length, _ in texts], dtype=np.float64)
    return _Sums(
        length=length,
        n_length=length * np.array([len(answers) for _, answers in texts]),
        apart=np.array([_apart(answers) for answers in starts_and_ends]),
        n_units=np.array([len(one) for one in units], dtype=np.float64),
        cubes=np.array([(2 * one**3 - 3 * one**2 + one).sum() for one in units]),
        within=np.array([(one * (one - 1)).sum() for one in units]),
        in_gaps=np.array(in_gaps),
        all_in_gaps=_units_in_gaps(all_units, all_gaps),
    )


def _gap_lengths(ends: Array, length: float, *, is_alone: bool) -> Array:
    """Lengths of what lies between the units, and before and after them: two gaps in a text that is alone, else one."""
    between = ends[1:, 0] - ends[:-1, 1]
    before, after = (ends[0, 0], length - ends[-1, 1]) if len(ends) else (length, 0.0)
    lengths = np.concatenate([between, [before, after] if is_alone else [before + after]])
    return np.asarray(lengths[lengths > 0])


def _units_in_gaps(units: Array, gaps: Array) -> float:
    """Sum over units and the gaps that could hold them of l^2 (gap - l + 1); `gaps` are sorted."""
    from_here = np.append(np.cumsum(gaps[::-1])[::-1], 0.0)
    first = np.searchsorted(gaps, units)
    n_gaps = len(gaps) - first
    return float((units**2 * (from_here[first] - n_gaps * (units - 1))).sum())


def _apart(answers: Sequence[Array]) -> float:
    """Squared distances over ordered pairs of annotators, over the number of annotators less one."""
    total = 0.0
    for number, one in enumerate(answers):
        for other in answers[number + 1 :]:
            total += 2 * _squared_distance(one, other)
    return total / (len(answers) - 1)


def _squared_distance(one: Array, other: Array) -> float:
    """Squared differences of the ends of units that meet; squared length of a unit that meets none."""
    meet = (one[:, :1] < other[:, 1]) & (other[:, 0] < one[:, 1:])
    ends = np.square(one[:, :1] - other[:, 0]) + np.square(one[:, 1:] - other[:, 1])
    alone = np.diff(one).ravel()[~meet.any(axis=1)], np.diff(other).ravel()[~meet.any(axis=0)]
    return float(ends[meet].sum() + np.square(alone[0]).sum() + np.square(alone[1]).sum())
