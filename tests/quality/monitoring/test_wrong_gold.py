"""Planted wrong gold is found, hard gold is not blamed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import NoGold, QualityError
from karat.quality.monitoring.running import run
from karat.quality.monitoring.wrong_gold import DoubtReading, Given, GoldDoubt, gold_doubts
from tests.quality.monitoring.changes import assert_twins_agree, changes
from tests.quality.monitoring.gold_worlds import wrong_gold


def recall_and_precision(n_worlds: int) -> tuple[float, float]:
    n_found = n_named = n_wrong = 0
    for seed in range(n_worlds):
        world = wrong_gold(np.random.default_rng(seed))
        doubts = gold_doubts(world.person, world.item, world.given, world.gold, n_classes=5)
        contested = doubts.contested()
        n_found += int(world.is_wrong[contested].sum())
        n_named += len(contested)
        n_wrong += int(world.is_wrong.sum())
    return n_found / n_wrong, n_found / n_named


def test_wrong_gold_is_found_after_ten_answers_each() -> None:
    recall, precision = recall_and_precision(5)

    assert recall >= 0.9
    assert precision >= 0.8


@pytest.mark.slow
def test_wrong_gold_is_found_in_many_worlds() -> None:
    recall, precision = recall_and_precision(100)

    assert recall >= 0.9
    assert precision >= 0.8


def test_doubts_mean_what_they_say() -> None:
    """Of labels doubted with a probability around p, about p are wrong."""
    chances, are_wrong = [], []
    for seed in range(30):
        world = wrong_gold(np.random.default_rng(seed), wrong_share=0.1)
        chances.append(gold_doubts(world.person, world.item, world.given, world.gold, n_classes=5).chance_wrong)
        are_wrong.append(world.is_wrong)
    chance, is_wrong = np.concatenate(chances), np.concatenate(are_wrong)

    assert chance.mean() == pytest.approx(is_wrong.mean(), abs=0.02)
    assert is_wrong[chance < 0.02].mean() < 0.01
    assert is_wrong[chance > 0.9].mean() > 0.9


def test_people_who_contradict_wrong_gold_do_not_lose_by_it() -> None:
    world = wrong_gold(np.random.default_rng(1), wrong_share=0.2)

    doubts = gold_doubts(world.person, world.item, world.given, world.gold, n_classes=5)

    assert doubts.converged
    assert doubts.ability.mean() == pytest.approx(2.0, abs=0.3)
    assert doubts.reliability == pytest.approx(0.86, abs=0.03)


def test_the_running_form_agrees_with_all_items_at_once() -> None:
    world = wrong_gold(np.random.default_rng(2))
    doubts = gold_doubts(world.person, world.item, world.given, world.gold, n_classes=5)
    watch = GoldDoubt(int(world.gold[7]), 5, doubts.reliability)

    here = world.item == 7
    seen = [
        Given(int(k), float(doubts.ability[who])) for k, who in zip(world.given[here], world.person[here], strict=True)
    ]

    assert run(watch, seen).chance_wrong == pytest.approx(doubts.chance_wrong[7], abs=0.01)


def same(one: DoubtReading, other: DoubtReading) -> bool:
    return one.n == other.n and bool(np.isclose(one.chance_wrong, other.chance_wrong))


@given(changes(st.builds(Given, st.integers(0, 2), st.floats(-1, 3))))
def test_the_running_form_equals_the_batch_after_any_change(happened: list[tuple[str, int, Given]]) -> None:
    assert_twins_agree(GoldDoubt(1, 3), happened, same=same)


def test_what_cannot_be_doubted_is_refused() -> None:
    nobody = np.zeros(0, dtype=int)
    with pytest.raises(NoGold, match="there are none yet"):
        gold_doubts(nobody, nobody, nobody, nobody, n_classes=2)
    with pytest.raises(QualityError, match="class 3 of 2"):
        GoldDoubt(3, 2)
