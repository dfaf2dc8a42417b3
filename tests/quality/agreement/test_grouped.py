"""Ratings item by item: the same ratings, whatever order they came in."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.grouped import Grouped
from karat.quality.ratings import Ratings

rows = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=30)


@settings(deadline=None)  # the first example loads scipy
@given(rows, st.booleans())
def test_each_item_keeps_its_ratings(triples: list[tuple[int, int, int]], is_sorted: bool) -> None:
    given_rows = sorted(triples) if is_sorted else triples
    item, annotator, label = np.array(given_rows, dtype=np.int32).T
    ratings = Ratings(item, annotator, label, tuple(range(9)), tuple(range(4)), tuple(range(3)))

    grouped = Grouped.of(ratings)

    found = list(zip(grouped.item.tolist(), grouped.in_order(annotator).tolist(), grouped.label.tolist(), strict=True))
    place = {code: number for number, code in enumerate(sorted({i for i, _, _ in triples}))}
    assert found == [(place[i], a, c) for i, a, c in sorted(given_rows, key=lambda row: row[0])]
    assert grouped.sizes.tolist() == [sum(i == code for i, _, _ in triples) for code in place]
    assert grouped.starts.tolist() == [sum(i < code for i, _, _ in triples) for code in place]


def test_ratings_in_the_order_of_items_are_not_copied() -> None:
    ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "y"), (2, "ada", "x")])

    assert Grouped.of(ratings).label is ratings.label
