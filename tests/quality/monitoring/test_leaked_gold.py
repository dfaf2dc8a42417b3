"""Planted leaks are found within thirty exposures; items nobody knows are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.leaked_gold import Exposure, GoldLeak, LeakReading, _likelihoods, leaked_gold
from karat.quality.monitoring.running import run
from tests.quality.monitoring.changes import assert_twins_agree, changes
from tests.quality.monitoring.gold_worlds import LeakedGoldWorld, leaked_gold_world


def found(world: LeakedGoldWorld) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    told = leaked_gold(world.person, world.item, world.is_right, world.chance_right, world.slowness)
    return np.isin(np.arange(len(world.is_leaked)), told.leaked())


@pytest.mark.parametrize("heavy", [False, True])
def test_leaks_are_found_and_other_items_left_alone(heavy: bool) -> None:
    recalls, false = [], []
    for seed in range(2):
        world = leaked_gold_world(np.random.default_rng(seed), heavy=heavy)
        is_found = found(world)
        recalls.append(is_found[world.is_leaked].mean())
        false.append(is_found[~world.is_leaked].mean())

    assert np.mean(recalls) >= 0.85
    assert np.mean(false) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("heavy", [False, True])
def test_leaks_are_found_in_many_worlds(heavy: bool) -> None:
    worlds = [leaked_gold_world(np.random.default_rng(seed), heavy=heavy) for seed in range(30)]
    is_found = [found(world) for world in worlds]

    assert np.mean([told[world.is_leaked].mean() for told, world in zip(is_found, worlds, strict=True)]) >= 0.9
    assert np.mean([told[~world.is_leaked].mean() for told, world in zip(is_found, worlds, strict=True)]) <= 0.05


def test_without_a_leak_hardly_any_item_is_named() -> None:
    world = leaked_gold_world(np.random.default_rng(0), leaked_share=0, exposures=60)

    assert found(world).mean() <= 0.05


def test_evidence_has_mean_one_while_nobody_knows_the_item() -> None:
    """Checked where it can be computed: over right and wrong, with the time integrated numerically."""
    watch, times = GoldLeak(), np.linspace(-60, 60, 12001)
    state = watch.step(watch.start(), Exposure(True, 0.8, -1.0))
    before = watch.read(state)
    total = mean = 0.0
    for is_right in (True, False):
        for slowness in times[::20]:
            seen = Exposure(is_right, 0.8, float(slowness))
            weight = predictive(state.unknown, seen)
            total += weight
            mean += weight * watch.read(watch.step(state, seen)).evidence

    assert mean / total == pytest.approx(before.evidence, rel=1e-2)


def predictive(unknown: np.ndarray[tuple[int, ...], np.dtype[np.float64]], seen: Exposure) -> float:
    return float((unknown * _likelihoods(seen)[0]).sum())


def test_an_item_that_is_easy_and_quick_for_everybody_is_not_leaked() -> None:
    rng = np.random.default_rng(3)

    reading = run(GoldLeak(), [Exposure(True, 0.85, float(rng.normal(-0.7, 1))) for _ in range(60)])

    assert not reading.is_leaked


def test_the_reading_says_since_when() -> None:
    rng = np.random.default_rng(4)
    unknown = [Exposure(place % 5 > 0, 0.8, float(rng.normal(0.2, 0.8))) for place in range(25)]
    known = [Exposure(True, 0.8, -2.5 + float(rng.normal(0, 0.3))) for _ in range(10)]

    reading = run(GoldLeak(), unknown + known)

    assert reading.is_leaked
    assert reading.since == pytest.approx(26, abs=3)


def same(one: LeakReading, other: LeakReading) -> bool:
    return (one.n, one.is_leaked) == (other.n, other.is_leaked) and bool(np.isclose(one.evidence, other.evidence))


@given(changes(st.builds(Exposure, st.booleans(), st.floats(0.3, 0.99), st.floats(-3, 3), st.floats(0, 1))))
def test_the_running_form_equals_the_batch_after_any_change(happened: list[tuple[str, int, Exposure]]) -> None:
    assert_twins_agree(GoldLeak(), happened, same=same)


def test_an_impossible_share_is_refused() -> None:
    with pytest.raises(QualityError, match="between 0 and 1; got 2"):
        GoldLeak(false_share=2)
