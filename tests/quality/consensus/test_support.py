"""Many classes: only what was given is iterated over, and the rest is accounted for at the end."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus import consensus, dawid_skene, fitting
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of

SKILLS = [0.95, 0.9, 0.85, 0.7, 0.6]


def test_restricted_support_agrees_with_the_full_model(monkeypatch: pytest.MonkeyPatch) -> None:
    world = planted_world(seed=0, n_items=600, accuracy=SKILLS, overlap=4, n_classes=6)
    full = dawid_skene(world.ratings)

    monkeypatch.setattr(fitting, "MOST_DENSE_CLASSES", 1)
    restricted = dawid_skene(world.ratings)

    right = [np.mean([r.labels[item] == label for item, label in world.truth.items()]) for r in (full, restricted)]
    assert restricted.probabilities.shape == full.probabilities.shape
    assert restricted.probabilities.sum(axis=1) == pytest.approx(np.ones(600))
    assert right[1] == pytest.approx(right[0], abs=0.01)
    assert np.abs(restricted.probabilities - full.probabilities).mean() < 0.01


def test_classes_nobody_gave_keep_what_mistakes_leave() -> None:
    """One rating of a person who is right four times of five: the class is not certain."""
    world = planted_world(seed=1, n_items=500, accuracy=[0.8] * 5, overlap=4, n_classes=50)
    r = world.ratings
    rows = list(zip(r.item.tolist(), r.annotator.tolist(), r.label.tolist(), strict=True))

    result = dawid_skene(Ratings.from_rows([*rows, ("alone", 0, 7)], classes=range(50)))

    alone = result.probabilities[result.items.index("alone")]
    assert alone[7] == pytest.approx(0.8, abs=0.1)
    assert np.delete(alone, 7).sum() == pytest.approx(1 - alone[7])
    assert np.delete(alone, 7).min() > 0


@pytest.mark.parametrize("method", ["auto", "dawid_skene", "dawid_skene_map", "dawid_skene_ml", "one_coin"])
def test_a_thousand_classes_and_all_accessories(method: str) -> None:
    world = planted_world(seed=2, n_items=150, accuracy=SKILLS, overlap=3, n_classes=1000)
    gold = {item: world.truth[item] for item in range(40)} | {149: "new"}

    result = consensus(world.ratings, method=method, gold=gold)

    assert np.mean([result.labels[item] == world.truth[item] for item in range(149)]) > 0.85
    assert result.labels[149] == "new"
    assert result.certainty == pytest.approx(result.probabilities.max(axis=1))
    assert result.p_response.sum(axis=1) == pytest.approx(np.ones(150))
    assert result.effective_votes.shape == (150,)
    assert result.annotators[0].accuracy is not None
    assert result.annotators[0].confusion_interval().high.max() <= 1


def test_items_without_ratings_get_the_class_shares() -> None:
    rated = ratings_of("aab", "bbb", "aaa", classes=[*"ab", *range(40)])
    ratings = Ratings(rated.item, rated.annotator, rated.label, range(4), rated.annotators, rated.classes)

    result = dawid_skene(ratings)

    assert result.probabilities[3].sum() == pytest.approx(1.0)
    assert result.labels == ("a", "b", "a", "a")


def test_repeated_and_split_answers_are_no_obstacle() -> None:
    rows = [("i", "ada", "x"), ("i", "ada", "x"), ("i", "ada", "y"), ("j", "bo", "y")]

    result = dawid_skene(Ratings.from_rows(rows, classes=[*"xy", *range(30)], repeats="all"))

    assert result.by_item() == {"i": "x", "j": "y"}
