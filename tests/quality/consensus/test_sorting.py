"""Sorting and coding in linear time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.consensus.sorting import SortedRatings, positions, slices_of
from karat.quality.ratings import Ratings

TRIPLES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 400), st.integers(0, 3)), min_size=1, max_size=40)


@given(TRIPLES)
def test_every_item_has_its_ratings(rows: list[tuple[int, int, int]]) -> None:
    """Few annotators who occur among many declared take the way by sorting, others that by table."""
    item, annotator, label = np.array(rows, dtype=np.int32).T
    for n_annotators in (401, 100_000):
        ratings = Ratings(item, annotator, label, range(8), range(n_annotators), range(4))

        found = SortedRatings.of(ratings)

        for number in range(8):
            cells = found.cell[found.indptr[number] : found.indptr[number + 1]]
            own = list(zip(found.annotator[cells].tolist(), found.given[cells].tolist(), strict=True))
            assert own == [row[1:] for row in rows if row[0] == number]
        order = found.annotator.astype(np.int64) * 4 + found.given
        assert (np.diff(order) > 0).all()


def test_slices_cover_all_items_with_about_as_many_ratings() -> None:
    indptr = np.array([0, 3, 3, 10, 11, 12, 20])

    parts = list(slices_of(indptr, 5))

    assert [(part.start, part.stop) for part in parts] == [(0, 2), (2, 3), (3, 5), (5, 6)]


def test_positions_of_nothing_are_nothing() -> None:
    assert positions(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)).tolist() == []
