"""Patterns of labels: items with the same labels in any order, counted once."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.grouped import Grouped
from karat.quality.agreement.patterns import Patterns, distinct
from karat.quality.ratings import Ratings

items = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), min_size=1, max_size=20)


@settings(deadline=None)  # the first example loads scipy
@given(items)
def test_items_share_a_pattern_when_their_labels_are_the_same_in_any_order(labels: list[list[int]]) -> None:
    patterns = patterns_of(labels)

    of_item = [tuple(row) for row in patterns.counts.toarray()[patterns.of_item].astype(int).tolist()]
    assert of_item == [tuple(row.count(c) for c in range(4)) for row in labels]
    assert Counter(of_item) == dict(
        zip(map(tuple, patterns.counts.toarray().astype(int).tolist()), patterns.n_items.tolist(), strict=True)
    )
    assert patterns.sizes.tolist() == patterns.counts.sum(axis=1).tolist()


def test_shared_patterns_have_two_labels_or_more() -> None:
    counts, sizes, n_items = patterns_of([[0], [0, 1], [1, 0], [2, 2, 2]]).shared()

    assert sorted(zip(sizes.tolist(), n_items.tolist(), strict=True)) == [(2, 2), (3, 1)]
    assert counts.shape == (2, 4)


def test_a_million_patterns_do_not_collide() -> None:
    """Each item has labels no other has: 1500 classes, all pairs of them."""
    first, second = np.triu_indices(1500, k=1)
    label = np.column_stack([first, second]).ravel().astype(np.int32)
    item = np.repeat(np.arange(len(first), dtype=np.int32), 2)
    annotator = np.tile(np.array([0, 1], dtype=np.int32), len(first))

    patterns = Patterns.of(Grouped.of(Ratings(item, annotator, label, range(len(first)), (0, 1), range(1500))), 1500)

    assert len(patterns.sizes) == len(first) > 1_000_000


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_distinct_keys_are_found_numbered_and_counted(keys: list[int]) -> None:
    first, place, times = distinct(np.array(keys, dtype=np.uint64))

    values = [keys[position] for position in first.tolist()]
    assert values == sorted(set(keys))
    assert [values[number] for number in place.tolist()] == keys
    assert times.tolist() == [keys.count(value) for value in values]


def patterns_of(labels: list[list[int]]) -> Patterns:
    rows = [(i, a, c) for i, row in enumerate(labels) for a, c in enumerate(row)]
    return Patterns.of(Grouped.of(Ratings.from_rows(rows, classes=range(4))), 4)
