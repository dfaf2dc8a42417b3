"""The default: planted and public truth, with and without gold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from karat.quality.consensus import auto, blend
from karat.quality.consensus.blend import fitted_parts
from karat.quality.consensus.calibrating import FEWEST_GOLD
from karat.quality.consensus.fitting import prepare
from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.leaving_out import left_out_evidence
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world

WORLD = planted_world(seed=0, n_items=200, accuracy=[0.9, 0.8, 0.7, 0.6, 0.8], overlap=3)


def misleading_world(n_items: int = 600) -> tuple[Ratings, dict[int, int]]:
    """Eight people who are right on 60 % of the items, and then all of them: surer than they may be."""
    rng = np.random.default_rng(4)
    truth = rng.integers(3, size=n_items)
    seen = np.where(rng.random(n_items) < 0.6, truth, (truth + 1) % 3)
    rows = [
        (item, annotator, int(seen[item] if rng.random() < 0.85 else rng.integers(3)))
        for item in range(n_items)
        for annotator in range(8)
    ]
    return Ratings.from_rows(rows, classes=range(3)), dict(enumerate(truth.tolist()))


def test_without_gold_it_is_the_blend() -> None:
    assert np.array_equal(auto(WORLD.ratings).probabilities, blend(WORLD.ratings).probabilities)
    assert auto(WORLD.ratings).n_calibration_gold == 0


def test_little_gold_is_held_fixed_and_teaches_no_modesty() -> None:
    gold = {item: WORLD.truth[item] for item in range(FEWEST_GOLD - 1)}

    result = auto(WORLD.ratings, gold=gold)

    assert result.n_calibration_gold == 0
    assert result.probabilities == pytest.approx(blend(WORLD.ratings, gold=gold).probabilities)


def test_gold_shows_that_everybody_is_misled() -> None:
    ratings, truth = misleading_world()
    gold = {item: truth[item] for item in range(100)}

    plain, taught = blend(ratings, gold=gold), auto(ratings, gold=gold)

    right = np.mean([taught.labels[item] == truth[item] for item in range(100, 600)])
    assert plain.certainty[100:].mean() > right + 0.15
    assert taught.certainty[100:].mean() == pytest.approx(right, abs=0.08)
    assert taught.n_calibration_gold == 100
    assert taught.certainty[:100].tolist() == [1.0] * 100


def test_gold_that_confirms_changes_little() -> None:
    gold = {item: WORLD.truth[item] for item in range(60)}

    plain, taught = blend(WORLD.ratings, gold=gold), auto(WORLD.ratings, gold=gold)

    assert np.abs(plain.probabilities - taught.probabilities).mean() < 0.05


@pytest.mark.parametrize("n_classes", [3, 30])
def test_left_out_gold_is_judged_as_if_it_were_none(n_classes: int) -> None:
    """Against a fit that was not told the label: alike, though that one also learnt the item by itself."""
    world = planted_world(seed=1, n_items=500, accuracy=[0.9, 0.8, 0.7, 0.6, 0.8], overlap=4, n_classes=n_classes)
    gold = {item: world.truth[item] for item in range(40)}

    def evidence(known_gold: dict[int, int]) -> npt.NDArray[np.float64]:
        ratings, known = with_gold(world.ratings, known_gold)
        found, update = fitted_parts(prepare(ratings, known)).models[0]
        if 0 in known_gold:
            prior, likelihood = left_out_evidence(found, update, np.array([0]))
            scores = (prior + likelihood)[0]
            return np.asarray(np.exp(scores - np.logaddexp.reduce(scores)))
        return np.asarray(found.soft().dense()[0])

    left_out, untold = evidence(gold), evidence({item: label for item, label in gold.items() if item != 0})

    assert left_out == pytest.approx(untold, abs=0.15)
    assert left_out.argmax() == untold.argmax()


def test_many_classes_are_calibrated_too() -> None:
    world = planted_world(seed=2, n_items=400, accuracy=[0.9, 0.8, 0.7, 0.6, 0.8], overlap=3, n_classes=60)
    gold = {item: world.truth[item] for item in range(100)}

    result = auto(world.ratings, gold=gold)

    assert result.n_calibration_gold == 100
    assert result.probabilities.sum(axis=1) == pytest.approx(np.ones(400))
    right = np.mean([result.labels[item] == world.truth[item] for item in range(400)])
    assert right > 0.9
    assert result.certainty[100:].mean() == pytest.approx(right, abs=0.1)


def test_gold_of_unseen_classes_and_unrated_items_is_no_obstacle() -> None:
    gold = {item: WORLD.truth[item] for item in range(40)} | {0: "new", "nobody": 1}

    result = auto(WORLD.ratings, gold=gold)

    assert result.labels[0] == "new"
    assert result.probabilities.shape == (200, 4)
    assert result.probabilities.sum(axis=1) == pytest.approx(np.ones(200))
