"""A hundred shared items suffice for copying to be found; with fewer the answer is how many more it takes."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.annotators.copying import find_copying
from karat.quality.annotators.more_shared import more_shared_items
from karat.quality.consensus import dawid_skene
from karat.quality.ratings import Ratings
from tests.quality.annotators.test_copying import a_crowd

PLANTED = {(0, 1), (2, 3), (4, 5)}


def found_and_wrong(seed: int) -> tuple[int, int]:
    """Three pairs of twenty people copy 60 %; every pair shares 100 items or a few more."""
    ratings = a_crowd(seed, n_items=490, copies=dict.fromkeys(PLANTED, 0.6), hard_share=0.1)
    suspects = {(pair.first, pair.second) for pair in find_copying(ratings, dawid_skene).suspicious}
    return len(suspects & PLANTED), len(suspects - PLANTED)


def test_sixty_per_cent_copying_shows_on_a_hundred_shared_items() -> None:
    right, wrong = np.sum([found_and_wrong(seed) for seed in range(3)], axis=0)

    assert right >= 0.75 * 9
    assert wrong <= 1


@pytest.mark.slow
def test_recall_and_false_discoveries_over_forty_crowds() -> None:
    right, wrong = np.sum([found_and_wrong(100 + seed) for seed in range(40)], axis=0)

    assert right >= 0.75 * 120
    assert wrong <= 0.05 * (right + wrong)


def test_with_fewer_the_answer_is_how_many_more_are_needed() -> None:
    ratings = a_crowd(0, n_items=100)
    found = find_copying(ratings, dawid_skene)

    wanting = more_shared_items(ratings, found)

    assert found.suspicious == ()
    assert len(wanting) == 190
    assert all(pair.n_shared + pair.n_more == found.needed_shared for pair in wanting)
    assert [pair.n_more for pair in wanting] == sorted(pair.n_more for pair in wanting)
    assert str(wanting[0]).endswith(f"needs {wanting[0].n_more} more shared items")


def test_pairs_that_share_enough_are_not_listed() -> None:
    ratings = a_crowd(0, n_items=1000)

    assert more_shared_items(ratings, find_copying(ratings, dawid_skene)) == ()


@pytest.mark.parametrize("n_people", [2, 3])
def test_shared_items_are_counted_once_for_each_pair(n_people: int) -> None:
    rng = np.random.default_rng(0)
    who, item = np.indices((n_people, 30)).reshape(2, -1)
    ratings = Ratings.from_codes(item, who, rng.integers(2, size=who.size), n_classes=2)

    wanting = more_shared_items(ratings, find_copying(ratings, dawid_skene))

    assert [pair.n_shared for pair in wanting] == [30] * (n_people * (n_people - 1) // 2)
