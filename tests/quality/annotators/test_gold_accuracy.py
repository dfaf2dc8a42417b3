"""Accuracy on gold: who was graded, how right they were, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.annotators.gold_accuracy import gold_accuracies, gold_accuracy, gold_counts, reference_accuracy
from karat.quality.errors import NoGold
from karat.quality.intervals import proportion
from tests.quality.builders import planted_world, ratings_of


def test_counts_give_the_share_with_its_interval() -> None:
    assert gold_accuracy(45, 50) == proportion(45, 50)


def test_only_ratings_of_gold_items_are_graded() -> None:
    ratings = ratings_of("ab", "a.", "bb")

    found = gold_accuracies(ratings, {0: "a", 2: "a", "elsewhere": "b"})

    assert {name: (e.value, e.n) for name, e in found.items()} == {0: (0.5, 2), 1: (0.0, 2)}


def test_who_met_no_gold_is_left_out() -> None:
    assert list(gold_accuracies(ratings_of("a.", ".b"), {0: "a"})) == [0]


def test_gold_of_a_class_nobody_gave_is_missed_by_all() -> None:
    assert gold_accuracies(ratings_of("ab"), {0: "c"})[0].value == 0


def test_counts_of_parts_add_up_to_those_of_the_whole() -> None:
    world = planted_world(seed=0, n_items=50, accuracy=[0.9, 0.6, 0.7], overlap=2)
    is_early = np.arange(world.ratings.n_ratings) < 30

    early, late, whole = (
        gold_counts(part, world.truth)
        for part in (world.ratings.select(is_early), world.ratings.select(~is_early), world.ratings)
    )

    assert early[0].sum() + late[0].sum() == whole[0].sum() == 100
    assert early[1].sum() + late[1].sum() == whole[1].sum()


def test_without_gold_it_is_refused() -> None:
    with pytest.raises(NoGold, match="none of the 2 ratings falls on one of the 1 items"):
        gold_accuracies(ratings_of("ab"), {"other": "a"})
    with pytest.raises(NoGold, match="Serve gold items"):
        gold_accuracy(0, 0)
    with pytest.raises(NoGold, match="name their items alike"):
        reference_accuracy({"a": "x"}, {"b": "x"})


def test_inferred_labels_are_graded_where_gold_is_known() -> None:
    found = reference_accuracy({"a": "x", "b": "y", "c": "y"}, {"a": "x", "b": "x", "d": "x"})

    assert (found.value, found.n) == (0.5, 2)
