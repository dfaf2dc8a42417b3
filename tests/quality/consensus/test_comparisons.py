"""Preferences as arrays: coding, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus.comparisons import Comparisons
from karat.quality.errors import UnreadableRatings


def test_rows_and_columns_say_the_same() -> None:
    rows = [("ada", "x", "y", "x"), ("bo", "y", "z", "z"), ("ada", "z", "x", None)]

    one = Comparisons.from_rows(rows)
    other = Comparisons.from_arrays(*(list(column) for column in zip(*rows, strict=True)))

    assert one.items == other.items == ("x", "y", "z")
    assert one.annotators == ("ada", "bo")
    assert one.outcome.tolist() == other.outcome.tolist() == [1, -1, 0]
    assert one.left.tolist() == [0, 1, 2]
    assert one.right.tolist() == [1, 2, 0]
    assert one.annotator.tolist() == [0, 1, 0]
    assert repr(one) == "<Comparisons: 3 of 3 items by 2 annotators, 1 ties>"


def test_arrays_of_numpy_are_columns_too() -> None:
    found = Comparisons.from_arrays(np.array([1, 1]), np.array([5, 6]), np.array([6, 7]), np.array([5, 7]))

    assert found.items == (5, 6, 7)
    assert found.outcome.tolist() == [1, -1]


def test_nothing_is_an_empty_list() -> None:
    assert len(Comparisons.from_rows([]).left) == 0


def test_a_winner_from_elsewhere_or_an_item_against_itself_is_refused() -> None:
    with pytest.raises(UnreadableRatings, match="comparison 2 of 'x' and 'y' names 'z'"):
        Comparisons.from_rows([("ada", "x", "y", "x"), ("ada", "x", "y", "z")])
    with pytest.raises(UnreadableRatings, match="compares 'x' with itself"):
        Comparisons.from_rows([("ada", "x", "x", "x")])
