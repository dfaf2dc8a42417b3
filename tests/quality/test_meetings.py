"""Meetings: every two ratings of an item, once, however they are cut into blocks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.ratings import Ratings
from karat.quality.ratings.meetings import meetings, n_meetings


def met(ratings: Ratings, most: int) -> list[tuple[int, int]]:
    return sorted(
        (min(pair), max(pair))
        for first, second in meetings(ratings, most=most)
        for pair in zip(first.tolist(), second.tolist(), strict=True)
    )


@pytest.mark.parametrize("most", [1, 3, 1000])
@given(items=st.lists(st.integers(0, 5), max_size=25))
def test_every_two_ratings_of_an_item_meet_once(most: int, items: Sequence[int]) -> None:
    ratings = Ratings.from_rows([(item, row, "x") for row, item in enumerate(items)])

    found = met(ratings, most)

    assert found == [(one, other) for one, other in combinations(range(len(items)), 2) if items[one] == items[other]]
    assert len(found) == n_meetings(ratings)


def test_blocks_are_no_larger_than_asked_unless_one_rating_meets_more() -> None:
    ratings = Ratings.from_rows([(item, who, "x") for item in range(30) for who in range(6)])

    assert max(len(first) for first, _ in meetings(ratings, most=20)) <= 20
    assert max(len(first) for first, _ in meetings(ratings, most=2)) == 5
