"""Running sums: exact under any history, and equal to their batch twin."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement import AgreementSums, gwet_ac1, krippendorff_alpha, observed_agreement
from karat.quality.errors import SingleClass, UnknownItem
from tests.quality.builders import uneven_ratings

counts = st.lists(st.integers(0, 4), min_size=3, max_size=3)
histories = st.lists(st.tuples(counts, st.booleans()), max_size=12)


@settings(deadline=None)  # the first example loads scipy
@given(histories, st.randoms(use_true_random=False))
def test_adding_and_taking_back_in_any_order_equals_the_batch_twin(
    history: list[tuple[list[int], bool]], random: np.random.Generator
) -> None:
    steps = [(1, item) for item, _ in history]
    kept = [item for item, is_withdrawn in history if not is_withdrawn]
    sums = AgreementSums()
    for _, item in steps:
        sums = sums.add(item)
    withdrawn = [item for item, is_withdrawn in history if is_withdrawn]
    random.shuffle(withdrawn)
    for item in withdrawn:
        sums = sums.remove(item)

    assert sums == AgreementSums.of(np.array(kept, dtype=np.int64).reshape(-1, 3))


@settings(deadline=None)
@given(st.lists(counts, min_size=1, max_size=8), st.integers(0, 8))
def test_sums_of_parts_merge_into_the_sums_of_the_whole(items: list[list[int]], cut: int) -> None:
    def sums_of(part: list[list[int]]) -> AgreementSums:
        return AgreementSums.of(np.array(part, dtype=np.int64).reshape(-1, 3))

    assert sums_of(items[:cut]).merge(sums_of(items[cut:])) == sums_of(items)


@settings(deadline=None)
@given(st.lists(counts, max_size=8))
def test_json_gives_the_sums_back(items: list[list[int]]) -> None:
    sums = AgreementSums.of(np.array(items, dtype=np.int64).reshape(-1, 3))

    assert AgreementSums.from_json(sums.to_json()) == sums


def test_json_does_not_depend_on_the_history() -> None:
    items = [[2, 0, 1], [0, 2, 0], [1, 1, 1]]

    texts = set()
    for order in permutations(items):
        sums = AgreementSums()
        for item in order:
            sums = sums.add(item)
        texts.add((sums.to_json(), sums.alpha().value, sums.alpha().low))

    assert len(texts) == 1


def test_the_moments_are_those_of_the_definition() -> None:
    """One item with counts (2, 1): three ratings, two disagreeing pairs; z = (1, 2, 2, 1)."""
    z = [1, 2, 2, 1]

    moments = AgreementSums.of([[2, 1]]).moments

    assert moments == {(3, a, b): z[a] * z[b] for a in range(4) for b in range(a, 4)}


def test_numbers_too_large_for_64_bits_stay_exact() -> None:
    m = 200_000
    item = [m // 2, m // 2]

    sums = AgreementSums.of([item, item])

    pairs = (m // 2) ** 2
    assert sums.moments[m, 1, 1] == 2 * pairs**2
    assert sums == AgreementSums().add(item).add(item)


def test_a_class_added_at_the_end_changes_nothing() -> None:
    assert AgreementSums.of([[2, 1], [0, 2]]) == AgreementSums.of([[2, 1, 0], [0, 2, 0]])


def test_an_item_without_ratings_changes_nothing() -> None:
    sums = AgreementSums.of([[2, 1]])

    assert sums.add([0, 0]) == sums


def test_what_was_never_added_cannot_be_taken_back() -> None:
    with pytest.raises(UnknownItem, match=r"\[0, 2\]"):
        AgreementSums.of([[2, 0]]).remove([0, 2])


def test_negative_counts_are_refused() -> None:
    with pytest.raises(UnknownItem, match="negative"):
        AgreementSums().add([2, -1])


def test_the_coefficients_are_those_of_exact_arithmetic() -> None:
    """Items of 2, 3 and 4 ratings: the thirds do not round before they are added up."""
    items = [[1, 1, 0], [2, 1, 0], [1, 2, 1], [0, 3, 0]]
    disagreement = sum(Fraction(sum(i) ** 2 - sum(n * n for n in i), sum(i) - 1) for i in items)
    totals = [sum(column) for column in zip(*items, strict=True)]
    n = sum(totals)
    alpha = 1 - (n - 1) * disagreement / (n * n - sum(t * t for t in totals))
    raw = sum(Fraction(sum(n * (n - 1) for n in i), sum(i) * (sum(i) - 1)) for i in items) / len(items)

    sums = AgreementSums.of(items)

    assert sums.alpha().value == pytest.approx(float(alpha), abs=1e-14)
    assert sums.observed().value == pytest.approx(float(raw), abs=1e-14)


def test_estimates_are_those_from_the_ratings_themselves() -> None:
    """Values, intervals and standard errors; items with a single rating among them."""
    ratings = uneven_ratings(seed=11)
    sums = AgreementSums.of(ratings.class_counts())

    for found, expected in [
        (sums.alpha(), krippendorff_alpha(ratings)),
        (sums.ac1(4), gwet_ac1(ratings)),
        (sums.observed(), observed_agreement(ratings)),
    ]:
        assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))
        assert (found.n, found.over) == (expected.n, expected.over)


def test_gwets_coefficient_needs_a_second_class_declared_if_not_given() -> None:
    sums = AgreementSums.of([[2], [3], [2]])

    assert sums.ac1(2).value == 1
    assert sums.ac1(2).low < 0.5
    with pytest.raises(SingleClass, match="only 1 is declared"):
        sums.ac1(1)
