"""Alpha from a distance: against its definition, nominal and interval alpha, the jackknife, and its coverage."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement import krippendorff_alpha
from karat.quality.agreement.any_distance import CELLS_AT_ONCE, distance_alpha
from karat.quality.agreement.rankings import kendall_distance
from karat.quality.agreement.sets import jaccard_distance, masi_distance
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownMethod, UnreadableRatings
from karat.quality.intervals import student_quantile
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of

SETS = [frozenset(), frozenset("a"), frozenset("b"), frozenset("ab"), frozenset("abc")]
tables = st.lists(st.lists(st.sampled_from([None, *range(5)]), min_size=4, max_size=4), min_size=2, max_size=8)


@settings(deadline=None)
@given(tables)
def test_alpha_is_that_of_the_definition(table: list[list[int | None]]) -> None:
    """Average distance of pairs within items, over that of pairs of any two pairable ratings."""
    ratings = set_ratings(table)
    expected = alpha_by_definition(table)

    for distance in ("masi", masi_distance):
        if expected is None:
            with pytest.raises((SingleClass, TooLittleOverlap, NoRatings)):
                distance_alpha(ratings, distance)
        else:
            assert distance_alpha(ratings, distance).value == pytest.approx(expected, abs=1e-9)


def test_the_distance_of_equal_or_not_gives_nominal_alpha_and_its_interval() -> None:
    ratings = ratings_of("aab", "bb.", "cca", "abc", "ccc", "b.b", "aaa", "ab.")

    found = distance_alpha(ratings, lambda one, other: float(one != other))

    nominal = krippendorff_alpha(ratings)
    assert (found.value, found.low, found.high) == pytest.approx((nominal.value, nominal.low, nominal.high))


def test_a_matrix_of_squared_differences_gives_interval_alpha() -> None:
    rows = [(i, a, (3 * i + a * (i % 3)) % 7) for i in range(40) for a in range(3)]
    ratings = Ratings.from_rows(rows)
    numbers = np.array(ratings.classes, dtype=float)

    found = distance_alpha(ratings, np.subtract.outer(numbers, numbers) ** 2)

    interval = krippendorff_alpha(ratings, metric="interval")
    assert (found.value, found.low, found.high) == pytest.approx((interval.value, interval.low, interval.high))


def test_rankings_have_an_alpha_too() -> None:
    orders = list(permutations("abc"))
    rows = [(i, a, orders[(i + (a if i % 4 == 0 else 0)) % 6]) for i in range(30) for a in range(2)]

    assert 0.5 < distance_alpha(Ratings.from_rows(rows), kendall_distance).value < 1


def test_the_standard_error_is_that_of_the_jackknife() -> None:
    rng = np.random.default_rng(1)
    table = [
        [int(c) for c in np.where(rng.random(3) < 0.6, rng.integers(5), rng.integers(5, size=3))] for _ in range(120)
    ]
    ratings = set_ratings(table)
    found = distance_alpha(ratings, "jaccard")
    n = int(found.n)
    without = np.array([distance_alpha(ratings.select(ratings.item != i), "jaccard").value for i in range(n)])

    jackknife = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())

    reach = np.log((1 - found.low) / (1 - found.value))
    assert reach * (1 - found.value) / student_quantile(0.975, n - 1) == pytest.approx(jackknife, rel=0.05)


def test_the_interval_covers_the_alpha_of_many_items() -> None:
    """80 items at a time of a world whose alpha is known from 16,000."""
    rng = np.random.default_rng(5)
    world = [sets_of_two(rng) for _ in range(16_000)]
    truth = distance_alpha(pair_ratings(world), "masi").value

    covered = 0
    for start in range(0, 150 * 80, 80):
        found = distance_alpha(pair_ratings(world[start : start + 80]), "masi")
        covered += found.low <= truth <= found.high

    assert 0.9 <= covered / 150 <= 0.99


def test_many_different_answers_are_weighed_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    ratings = pair_ratings([sets_of_two(rng) for _ in range(100)])
    at_once = distance_alpha(ratings, "jaccard")

    monkeypatch.setattr("karat.quality.agreement.any_distance.CELLS_AT_ONCE", 7)

    assert CELLS_AT_ONCE > 7
    assert str(distance_alpha(ratings, "jaccard")) == str(at_once)


@pytest.mark.parametrize(
    ("distance", "reason"),
    [
        ("cosine", "no distance 'cosine'"),
        (lambda *_: -1.0, "from 0 up"),
        (lambda *_: float("nan"), "from 0 up"),
        ([[0, 1], [2, 0]], "symmetric"),
        ([[0, np.inf], [np.inf, 0]], "from 0 up"),
        ([[0.0]], "shape"),
    ],
)
def test_what_is_no_distance_is_refused(distance: Any, reason: str) -> None:
    with pytest.raises(UnknownMethod, match=reason):
        distance_alpha(ratings_of("ab", "bb"), distance)


def test_what_cannot_be_answered_has_a_reason() -> None:
    with pytest.raises(NoRatings):
        distance_alpha(ratings_of(), "masi")
    with pytest.raises(TooLittleOverlap, match="there is 1"):
        distance_alpha(set_ratings([[1, 2], [1, None]]), "masi")
    with pytest.raises(SingleClass):
        distance_alpha(set_ratings([[1, 1], [1, 1]]), "masi")
    with pytest.raises(UnreadableRatings, match="frozenset"):
        distance_alpha(ratings_of("ab", "ba"), "jaccard")


def set_ratings(table: Sequence[Sequence[int | None]]) -> Ratings:
    return Ratings.from_rows((i, a, SETS[c]) for i, row in enumerate(table) for a, c in enumerate(row) if c is not None)


def pair_ratings(pairs: list[tuple[frozenset[str], frozenset[str]]]) -> Ratings:
    return Ratings.from_rows((i, a, answer) for i, pair in enumerate(pairs) for a, answer in enumerate(pair))


def sets_of_two(rng: np.random.Generator) -> tuple[frozenset[str], frozenset[str]]:
    truth = rng.random(4) < 0.4
    given = [np.where(rng.random(4) < 0.85, truth, ~truth) for _ in range(2)]
    one, other = (frozenset(np.array(list("abcd"))[g].tolist()) for g in given)
    return one, other


def alpha_by_definition(table: list[list[int | None]]) -> float | None:
    items = [[SETS[c] for c in row if c is not None] for row in table]
    items = [answers for answers in items if len(answers) >= 2]
    pooled = [answer for answers in items for answer in answers]
    n = len(pooled)
    expected = sum(masi_distance(a, b) for a, b in combinations(pooled, 2)) / (n * (n - 1) / 2) if n else 0
    if len(items) < 2 or expected == 0:
        return None
    observed = sum(
        2 * sum(masi_distance(a, b) for a, b in combinations(answers, 2)) / (len(answers) - 1) for answers in items
    )
    return 1 - observed / n / expected


def test_jaccard_by_name_is_the_function() -> None:
    ratings = set_ratings([[1, 3], [2, 2], [4, 0], [1, 1]])

    assert distance_alpha(ratings, "jaccard").value == pytest.approx(distance_alpha(ratings, jaccard_distance).value)
