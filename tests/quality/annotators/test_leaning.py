"""Leaning toward classes: measured on the same items, with an interval."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.annotators.leaning import leaning
from karat.quality.errors import TooLittleOverlap
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of


def test_differences_are_those_to_the_others_on_the_same_items() -> None:
    found = leaning(ratings_of("xxy", "xyy", "y.."))

    assert found.n_shared.tolist() == [2, 2, 2]
    # On the items shared: 1 - 1/2 and 1 - 0 for the first, 1 - 1/2 and 0 - 1/2, 0 - 1 and 0 - 1/2 for the others.
    assert found.difference[:, 0].tolist() == pytest.approx([0.75, 0.0, -0.75])
    assert found.difference.sum(axis=1).tolist() == pytest.approx([0, 0, 0])


def test_people_who_get_other_items_do_not_lean() -> None:
    rows = [(f"x{n}", who, "x") for n in range(50) for who in ("ada", "bo")]
    rows += [(f"y{n}", who, "y") for n in range(50) for who in ("cy", "di")]

    found = leaning(Ratings.from_rows(rows))

    assert found.difference.tolist() == [[0.0, 0.0]] * 4
    assert found.strongest(0) is None


def test_intervals_cover_the_planted_leaning() -> None:
    covered = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        answers = rng.random((150, 4)) < 0.3
        answers[:, 3] = rng.random(150) < 0.5
        item, who = np.indices(answers.shape).reshape(2, -1)
        found = leaning(Ratings.from_codes(item, who, answers.ravel().astype(np.int32), n_classes=2))
        covered += abs(found.difference[3, 1] - 0.2) <= found.half_width[3, 1]

    assert 88 <= covered <= 100


def test_without_shared_items_the_reason_is_named() -> None:
    with pytest.raises(TooLittleOverlap, match="none of the 2 items has two ratings"):
        leaning(Ratings.from_rows([(1, "ada", "x"), (2, "bo", "x")]))
