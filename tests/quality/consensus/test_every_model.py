"""What all models of consensus must stand: any ratings at all, gold, repeats, few and many classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.consensus import Consensus
from karat.quality.consensus.ebcc import ebcc
from karat.quality.consensus.glad import glad
from karat.quality.consensus.mace import mace
from karat.quality.consensus.wawa import wawa
from karat.quality.errors import NoRatings
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of

Model = Callable[[Ratings, Mapping[Any, Any] | None], Consensus]

MODELS: dict[str, Model] = {
    "wawa": lambda ratings, gold: wawa(ratings, gold=gold),
    "mace": lambda ratings, gold: mace(ratings, gold=gold, n_restarts=3).consensus,
    "glad": lambda ratings, gold: glad(ratings, gold=gold).consensus,
    "ebcc": lambda ratings, gold: ebcc(ratings, gold=gold, n_restarts=3).consensus,
}
every_model = pytest.mark.parametrize("method", MODELS)


@every_model
def test_planted_labels_are_found(method: str) -> None:
    world = planted_world(seed=5, n_items=300, accuracy=[0.9, 0.85, 0.8, 0.75, 0.7, 0.6], overlap=5)

    result = MODELS[method](world.ratings, None)

    labels = result.by_item()
    assert result.method == method
    assert np.mean([labels[item] == label for item, label in world.truth.items()]) > 0.93
    accuracy = {name: skill.accuracy for name, skill in result.annotators.items()}
    assert accuracy[0].value > accuracy[5].value  # type: ignore[union-attr]


@every_model
@settings(deadline=None, max_examples=25)
@given(
    words=st.lists(st.text("ab.c", min_size=3, max_size=3), min_size=1, max_size=6).filter(
        lambda words: set("".join(words)) > {"."}
    )
)
def test_any_ratings_give_probabilities(method: str, words: list[str]) -> None:
    """One item, one annotator, one class, one rating: never an error, a warning or NaN."""
    ratings = ratings_of(*words)

    result = MODELS[method](ratings, None)

    assert result.probabilities.sum(axis=1) == pytest.approx(np.ones(ratings.n_items))
    assert result.probabilities.min() >= 0
    for skill in result.annotators.values():
        assert np.isfinite(skill.confusion).all()


@every_model
@settings(deadline=None, max_examples=15)
@given(
    words=st.lists(st.text("ab.", min_size=3, max_size=3), min_size=2, max_size=5).filter(
        lambda words: set("".join(words)) > {"."}
    ),
    label=st.sampled_from("abz"),
)
def test_gold_is_held_whatever_it_says(method: str, words: list[str], label: str) -> None:
    """Also where it contradicts everybody or names a class nobody gave."""
    ratings = ratings_of(*words)

    result = MODELS[method](ratings, {ratings.items[0]: label})

    assert result.labels[0] == label
    assert result.certainty[0] == 1
    assert np.isfinite(result.probabilities).all()


@every_model
@pytest.mark.parametrize("n_classes", [2, 7, 50])
def test_few_and_many_classes(method: str, n_classes: int) -> None:
    world = planted_world(seed=1, n_items=150, accuracy=[0.85] * 6, n_classes=n_classes, overlap=4)

    result = MODELS[method](world.ratings, None)

    labels = result.by_item()
    assert np.mean([labels[item] == label for item, label in world.truth.items()]) > 0.9


@every_model
def test_repeats_of_an_annotator_are_allowed(method: str) -> None:
    rows = [(item, who, "xy"[item % 2]) for item in range(8) for who in ("ada", "ada", "bo")] + [(0, "ada", "y")]

    result = MODELS[method](Ratings.from_rows(rows, repeats="all"), None)

    assert result.labels == tuple("xy" * 4)


@every_model
def test_unused_classes_and_unrated_items_are_allowed(method: str) -> None:
    rated = ratings_of("aab", "bbb", "aaa", "bb.", classes="abcd")
    ratings = Ratings(
        rated.item, rated.annotator, rated.label, (*rated.items, "new"), (*rated.annotators, "new"), rated.classes
    )

    result = MODELS[method](ratings, {"new": "c"})
    without = MODELS[method](ratings, None)

    assert result.labels == ("a", "b", "a", "b", "c")
    assert without.labels[:4] == ("a", "b", "a", "b")
    assert without.certainty[4] < 1
    assert result.annotators["new"].accuracy is None


@every_model
def test_names_and_order_do_not_matter(method: str) -> None:
    world = planted_world(seed=1, n_items=80, accuracy=[0.9, 0.85, 0.8, 0.7, 0.7], overlap=3)
    ratings = world.ratings
    shuffled = np.random.default_rng(0).permutation(ratings.n_ratings)
    renamed = Ratings.from_arrays(
        [f"item {ratings.items[code]}" for code in ratings.item[shuffled]],
        [f"person {ratings.annotators[code]}" for code in ratings.annotator[shuffled]],
        ["cab"[code] for code in ratings.label[shuffled]],
    )

    before, after = MODELS[method](ratings, None), MODELS[method](renamed, None)

    place = {name: row for row, name in enumerate(after.items)}
    rows = [place[f"item {name}"] for name in before.items]
    # Subtypes are split at random, by item: their bound may settle a little elsewhere.
    assert after.probabilities[rows][:, [2, 0, 1]] == pytest.approx(before.probabilities, abs=0.02)


@every_model
def test_the_same_call_gives_the_same_answer(method: str) -> None:
    world = planted_world(seed=2, n_items=60, accuracy=[0.9, 0.7, 0.7, 0.6], overlap=3)

    first, second = MODELS[method](world.ratings, None), MODELS[method](world.ratings, None)

    assert np.array_equal(first.probabilities, second.probabilities)


@every_model
def test_without_ratings_it_is_refused(method: str) -> None:
    with pytest.raises(NoRatings):
        MODELS[method](Ratings.from_rows([]), None)
