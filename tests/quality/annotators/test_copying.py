"""Copying: found where it was planted, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.annotators.copying import Copying, find_copying
from karat.quality.consensus import dawid_skene
from karat.quality.errors import TooLittleOverlap
from karat.quality.ratings import Ratings

Pair = tuple[int, int]


def a_crowd(
    seed: int, *, copies: dict[Pair, float] | None = None, hard_share: float = 0.0, n_items: int = 1000
) -> Ratings:
    """Twenty people, ten answers an item, four classes, right in four of five; on hard items half fall for one lure."""
    rng = np.random.default_rng(seed)
    n_people, n_classes = 20, 4
    truth = rng.integers(n_classes, size=n_items)
    is_hard = rng.random(n_items) < hard_share
    is_right = rng.random((n_people, n_items)) < np.where(is_hard, 0.5, rng.beta(16, 4, size=(n_people, 1)))
    wrong = (truth + rng.integers(1, n_classes, size=(n_people, n_items))) % n_classes
    answers = np.where(is_right, truth, np.where(is_hard, (truth + 1) % n_classes, wrong))
    for (model, copier), share in (copies or {}).items():
        is_copied = rng.random(n_items) < share
        answers[copier, is_copied] = answers[model, is_copied]
    asked = np.argsort(rng.random((n_items, n_people)), axis=1)[:, :10]
    item = np.repeat(np.arange(n_items), 10)
    who = asked.ravel()
    return Ratings.from_codes(item, who, answers[who, item], n_classes=n_classes)


def suspects(ratings: Ratings) -> set[Pair]:
    return {(pair.first, pair.second) for pair in copying(ratings).suspicious}  # type: ignore[misc]


def copying(ratings: Ratings) -> Copying:
    return find_copying(ratings, dawid_skene)


def test_planted_copying_is_found_and_nobody_else_is_accused() -> None:
    planted = {(0, 1): 0.5, (2, 3): 0.5, (4, 5): 0.3}
    found = [suspects(a_crowd(seed, copies=planted)) for seed in range(4)]

    assert sum(len(set(planted) & pairs) for pairs in found) >= 11
    assert sum(len(pairs - set(planted)) for pairs in found) <= 1


def test_hard_items_are_not_taken_for_copying() -> None:
    found = [copying(a_crowd(seed, hard_share=0.3)) for seed in range(4)]

    assert sum(len(one.suspicious) for one in found) <= 1
    assert min(one.usual_excess for one in found) > 0.01


def test_a_copy_in_a_small_crowd_does_not_make_suspects_of_the_others() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(2, size=300)
    answers = np.where(rng.random((7, 300)) < 0.8, truth, 1 - truth)
    answers[6] = answers[0]
    who, item = np.indices(answers.shape).reshape(2, -1)

    assert suspects(Ratings.from_codes(item, who, answers.ravel())) == {(0, 6)}


@pytest.mark.slow
def test_false_discoveries_stay_within_the_rate_over_many_crowds() -> None:
    planted = {(0, 1): 0.4, (2, 3): 0.4}
    found = [suspects(a_crowd(seed, copies=planted, hard_share=0.1)) for seed in range(60)]

    right = sum(len(set(planted) & pairs) for pairs in found)
    wrong = sum(len(pairs - set(planted)) for pairs in found)
    assert right >= 0.9 * 120
    assert wrong <= 0.1 * (right + wrong)


def test_a_pair_that_shares_too_little_is_not_judged() -> None:
    few = a_crowd(1, n_items=60, copies={(0, 1): 0.9})

    found = copying(few)

    assert found.n_judged + found.n_unjudged == 190
    assert found.n_unjudged > 0
    assert found.needed_shared > 20


def test_without_shared_items_the_reason_is_named() -> None:
    alone = Ratings.from_rows([(item, f"a{item % 2}", "x") for item in range(50)])

    with pytest.raises(TooLittleOverlap, match="no pair has more than 0"):
        copying(alone)


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(20)))
def test_the_order_of_people_changes_nothing(order: list[int]) -> None:
    ratings = a_crowd(3, copies={(0, 1): 0.6}, n_items=300)
    renamed = Ratings.from_codes(ratings.item, np.array(order)[ratings.annotator], ratings.label, n_classes=4)

    before, after = copying(ratings), copying(renamed)

    assert after.needed_shared == pytest.approx(before.needed_shared, rel=0.05)
    assert {frozenset(pair) for pair in suspects(renamed)} == {
        frozenset(order[code] for code in pair) for pair in suspects(ratings)
    }
