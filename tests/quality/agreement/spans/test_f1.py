"""Span F1: against its definition, with matches found by trying all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.spans import span_f1, span_f1_by_pair, span_f1_of
from karat.quality.errors import NoRatings, TooLittleOverlap, UnknownMethod, UnreadableRatings
from karat.quality.ratings import Ratings

Spans = frozenset[tuple[int, int, str]]


def a_span(numbers: tuple[int, int, str]) -> tuple[int, int, str]:
    start, length, label = numbers
    return start, start + length, label


span_sets = st.frozensets(
    st.tuples(st.integers(0, 9), st.integers(1, 5), st.sampled_from("AB")).map(a_span), max_size=5
)


@settings(deadline=None)
@given(span_sets, span_sets, st.booleans())
def test_as_many_overlapping_spans_as_possible_are_matched(one: Spans, other: Spans, labels: bool) -> None:
    small, large = sorted((sorted(one), sorted(other)), key=len)
    most = max(sum(meets(a, b, labels) for a, b in zip(small, order, strict=False)) for order in permutations(large))

    expected = 2 * most / (len(one) + len(other)) if one or other else 1.0

    assert span_f1_of(one, other, match="overlap", labels=labels) == pytest.approx(expected)


@settings(deadline=None)
@given(span_sets, span_sets)
def test_who_is_the_reference_does_not_matter(one: Spans, other: Spans) -> None:
    for match in ("exact", "overlap"):
        assert span_f1_of(one, other, match=match) == span_f1_of(other, one, match=match)
        assert span_f1_of(one, one, match=match) == 1


@settings(deadline=None)
@given(span_sets, span_sets)
def test_less_demanding_matches_are_never_fewer(one: Spans, other: Spans) -> None:
    strict, any_label = span_f1_of(one, other), span_f1_of(one, other, labels=False)

    assert strict <= any_label <= span_f1_of(one, other, match="overlap", labels=False)
    assert strict <= span_f1_of(one, other, match="overlap")


def test_two_labels_of_the_same_stretch_are_two_spans() -> None:
    assert span_f1_of([(0, 5, "A"), (0, 5, "B")], [(0, 5, "C")], labels=False) == pytest.approx(2 / 3)


def test_texts_weigh_by_their_spans() -> None:
    """2 of 2 spans in common, then 0 of 4."""
    ratings = ratings_of_spans([[[(0, 5)], [(0, 5)]], [[(0, 2), (3, 4)], [(5, 6), (7, 9)]]])

    found = span_f1(ratings)

    assert found.value == pytest.approx(1 / 3)
    assert (found.n, found.over) == (2, "items")


def test_marking_nothing_agrees_with_marking_nothing() -> None:
    nothing = ratings_of_spans([[[], []]] * 40)

    assert span_f1(nothing).value == 1
    assert span_f1_of([], []) == 1
    assert span_f1_of([], [(0, 5)]) == 0


def test_each_pair_of_annotators_has_its_own_f1() -> None:
    ratings = ratings_of_spans([[[(0, 5)], [(0, 5)], [(0, 4)]]])

    exact, partial = span_f1_by_pair(ratings), span_f1_by_pair(ratings, match="overlap")

    assert [estimate.value for estimate in exact.values()] == [1, 0, 0]
    assert list(exact) == [(0, 1), (0, 2), (1, 2)]
    assert [estimate.value for estimate in partial.values()] == [1, 1, 1]


def test_what_cannot_be_answered_has_a_reason() -> None:
    with pytest.raises(NoRatings):
        span_f1(Ratings.from_rows([]))
    with pytest.raises(TooLittleOverlap):
        span_f1(ratings_of_spans([[[(0, 5)]]]))
    with pytest.raises(UnknownMethod, match="exact, overlap"):
        span_f1(ratings_of_spans([[[], []]]), match="fuzzy")
    with pytest.raises(UnreadableRatings):
        span_f1(Ratings.from_rows([("text", "ada", "PER"), ("text", "bo", "LOC")]))


def meets(one: tuple[int, int, str], other: tuple[int, int, str], labels: bool) -> bool:
    return one[0] < other[1] and other[0] < one[1] and (not labels or one[2] == other[2])


def ratings_of_spans(texts: Sequence[Sequence[Sequence[tuple[int, int]]]]) -> Ratings:
    return Ratings.from_rows(
        (t, a, frozenset(spans)) for t, answers in enumerate(texts) for a, spans in enumerate(answers)
    )
