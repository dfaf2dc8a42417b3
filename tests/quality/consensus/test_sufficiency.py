"""When votes are enough, when overlap is too thin, when models pay and when they hurt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from karat.quality.consensus import consensus
from karat.quality.consensus.sufficiency import Verdict, diagnose
from karat.quality.errors import NoRatings
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of
from tests.quality.consensus.truth_data import crowd


def test_where_skill_differs_a_model_pays() -> None:
    world = planted_world(seed=0, n_items=400, accuracy=[0.95, 0.95, 0.9, 0.7, 0.5, 0.4], overlap=4)

    found = diagnose(world.ratings)

    assert found.verdict is Verdict.WEIGH
    assert found.skill_spread is not None
    assert found.skill_spread > 0.07
    assert found.split_half is not None
    assert found.split_half > 0.8
    assert found.predictive_gain is not None
    assert found.predictive_gain > 0.03


def test_where_all_are_alike_a_majority_is_fine() -> None:
    world = planted_world(seed=0, n_items=400, accuracy=[0.8] * 8, overlap=5)

    found = diagnose(world.ratings)

    assert found.verdict is Verdict.MAJORITY_IS_FINE
    assert found.skill_spread == pytest.approx(0.0, abs=0.03)


def test_single_ratings_are_too_thin() -> None:
    rows = [(item, item % 4, item % 2) for item in range(100)]

    found = diagnose(Ratings.from_rows(rows))

    assert found.verdict is Verdict.TOO_THIN
    assert (found.overlap, found.shared_share, found.n_components) == (1.0, 0.0, 4)
    assert (found.split_half, found.predictive_gain) == (None, None)


def test_gold_shows_when_a_model_hurts() -> None:
    """Six who share a mistake on half the items look skilled beside four who are right but careless."""
    rng = np.random.default_rng(1)
    truth = rng.integers(2, size=400)
    misled = np.where(rng.random(400) < 0.5, 1 - truth, truth)
    rows = [(item, f"misled-{a}", int(misled[item])) for item in range(400) for a in range(3)]
    rows += [
        (item, f"careless-{a}", int(truth[item] if rng.random() < 0.8 else 1 - truth[item]))
        for item in range(400)
        for a in range(4)
    ]
    ratings = Ratings.from_rows(rows)
    gold = {item: int(truth[item]) for item in range(0, 400, 8)}

    found = diagnose(ratings, gold=gold)

    assert found.gain_on_gold is not None
    assert found.gain_on_gold.n == 50
    assert found.may_hurt == (found.gain_on_gold.high < 0)
    assert any("taught by all other gold items" in reason for reason in found.reasons)


def test_a_result_carries_its_diagnosis() -> None:
    world = planted_world(seed=3, n_items=100, accuracy=[0.9, 0.8, 0.5, 0.6], overlap=3)
    gold = {item: world.truth[item] for item in range(40)}

    result = consensus(world.ratings, gold=gold)

    assert result.diagnosis == diagnose(world.ratings, gold=gold)
    assert result.diagnosis.gain_on_gold is not None


def test_matrices_that_foretell_worse_are_said_to_be_worse() -> None:
    world = planted_world(seed=3, n_items=100, accuracy=[0.8, 0.8, 0.8, 0.8], overlap=4)

    found = diagnose(world.ratings)

    assert found.predictive_gain is not None
    assert found.predictive_gain < 0
    assert f"worse by {-found.predictive_gain:.3f} nats" in "; ".join(found.reasons)


@pytest.mark.parametrize("words", [("a",), ("aa",), ("ab", "ba"), ("a.", ".b"), ("abc", "aaa", "b.c")])
def test_few_ratings_are_no_obstacle(words: tuple[str, ...]) -> None:
    assert diagnose(ratings_of(*words)).reasons


def test_public_crowds_get_the_verdict_their_truth_confirms(shared_data: Path) -> None:
    verdicts = {name: diagnose(crowd(shared_data, name).ratings).verdict for name in ("CF", "face", "product", "rte")}

    assert verdicts == {
        "CF": Verdict.TOO_THIN,  # 89 % of the annotators gave fewer than ten ratings
        "face": Verdict.MAJORITY_IS_FINE,  # no model gains half a point
        "product": Verdict.WEIGH,  # four points
        "rte": Verdict.WEIGH,  # three points
    }


def test_without_ratings_it_is_refused() -> None:
    with pytest.raises(NoRatings):
        diagnose(Ratings.from_rows([]))
