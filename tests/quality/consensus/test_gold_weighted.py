"""Votes weighted by accuracy on gold: weights by hand, shrinkage, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus.gold_weighted import gold_weighted
from karat.quality.consensus.majority import majority_vote
from karat.quality.errors import NoGold, NoRatings
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of

# On three gold items annotator 0 is right on 3, annotators 1 and 2 on 1 each; then one open item.
RATINGS = ratings_of("xxx", "xyy", "xyy", "xyy")
GOLD = {0: "x", 1: "x", 2: "x"}


def test_a_vote_weighs_the_log_odds_of_the_shrunken_accuracy() -> None:
    """By hand: pooled accuracy 5/9; with 5 pseudo-answers .722 for the first, .472 for the others."""
    result = gold_weighted(RATINGS, gold=GOLD)

    first, others = (3 + 25 / 9) / 8, (1 + 25 / 9) / 8
    odds = first / (1 - first) / (others / (1 - others)) ** 2
    assert result.probabilities[3, 0] == pytest.approx(odds / (1 + odds))
    assert result.labels == ("x", "x", "x", "x")


def test_a_vote_may_weigh_the_accuracy_itself() -> None:
    result = gold_weighted(RATINGS, gold=GOLD, weights="accuracy", shrinkage=0)

    assert result.probabilities[3].tolist() == pytest.approx([1 / (1 + 2 / 3), 2 / 3 / (1 + 2 / 3)])


def test_whoever_met_no_gold_weighs_as_all_together() -> None:
    rows = [("gold-1", "ada", "x"), ("gold-2", "ada", "y"), ("open", "ada", "x"), ("open", "new", "y")]

    for shrinkage in (0.0, 5.0):
        result = gold_weighted(Ratings.from_rows(rows), gold={"gold-1": "x", "gold-2": "y"}, shrinkage=shrinkage)
        assert result.probabilities[2].tolist() == pytest.approx([0.5, 0.5])


def test_accuracy_is_that_on_gold_alone() -> None:
    result = gold_weighted(RATINGS, gold=GOLD)

    accuracy = result.annotators[1].accuracy
    assert accuracy is not None
    assert accuracy.value == pytest.approx(1 / 3)
    assert accuracy.n == pytest.approx(3)


def test_whoever_is_wrong_on_purpose_speaks_against_their_class() -> None:
    rows = [(item, "liar", "x") for item in range(30)] + [(item, "ada", "y") for item in range(20)]

    result = gold_weighted(Ratings.from_rows(rows), gold=dict.fromkeys(range(20), "y"))

    assert result.by_item()[29] == "y"


def test_known_accuracies_beat_plain_votes() -> None:
    world = planted_world(seed=3, n_items=500, accuracy=[0.95, 0.9, 0.6, 0.55, 0.5, 0.5], overlap=4)
    gold = {item: world.truth[item] for item in range(100)}

    weighted = gold_weighted(world.ratings, gold=gold).by_item()
    voted = majority_vote(world.ratings, gold=gold).by_item()

    def right(labels: dict[object, object]) -> float:
        return float(np.mean([labels[item] == world.truth[item] for item in range(100, 500)]))

    assert right(weighted) > right(voted) + 0.05


def test_without_gold_on_a_rated_item_it_is_refused() -> None:
    with pytest.raises(NoGold, match="none of the 12 ratings"):
        gold_weighted(RATINGS, gold=None)
    with pytest.raises(NoGold, match="Add gold"):
        gold_weighted(RATINGS, gold={"elsewhere": "x"})
    with pytest.raises(NoRatings):
        gold_weighted(Ratings.from_rows([]), gold={"a": "x"})


def test_one_class_is_no_obstacle() -> None:
    result = gold_weighted(ratings_of("aa", "a."), gold={0: "a"})

    assert result.probabilities.tolist() == [[1.0], [1.0]]
