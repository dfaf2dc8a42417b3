"""The compiled loop gives the numbers of numpy and scipy."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus import compiled
from karat.quality.consensus.dense import DenseShard
from karat.quality.consensus.fitting import fit, nobody_known, prepare
from karat.quality.consensus.prior import Prior
from karat.quality.consensus.shards import Parameters
from karat.quality.consensus.updates import ConfusionUpdate
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world

pytest.importorskip("numba", reason="needs karat[compiled]")


@pytest.mark.parametrize("is_weighted", [False, True])
def test_a_step_is_that_of_scipy(is_weighted: bool) -> None:
    world = planted_world(seed=0, n_items=200, accuracy=[0.9, 0.8, 0.7, 0.6], overlap=3, n_classes=4)
    problem = prepare(world.ratings, nobody_known(200))
    shard = problem.shards[0]
    assert isinstance(shard, DenseShard)
    weight = np.arange(1.0, len(shard.indptr)) if is_weighted else None
    parameters = ConfusionUpdate(problem.layout, Prior(), "bayes").parameters(shard.start())

    plain = DenseShard(shard.indptr, shard.cells, shard.given, 4, weight).step(parameters)
    found = compiled.compiled_step(shard.indptr, shard.cells, weight, parameters)

    assert found.counts == pytest.approx(plain.counts, rel=1e-12, abs=1e-12)
    assert found.class_totals == pytest.approx(plain.class_totals, rel=1e-12)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-12)


def test_items_whose_likelihood_is_no_number_are_counted_by_logarithms() -> None:
    indptr, cells = np.array([0, 20, 21], dtype=np.int32), np.zeros(21, dtype=np.int32)
    given = np.zeros(1, dtype=np.int32)
    parameters = Parameters(np.log(np.full(3, 1 / 3)), np.array([[-90.0, -90.1, -95.0]]))

    plain = DenseShard(indptr, cells, given, 3).step(parameters)
    found = compiled.compiled_step(indptr, cells, None, parameters)

    assert found.counts == pytest.approx(plain.counts)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood)


def test_a_fit_is_that_of_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    ratings: Ratings = planted_world(
        seed=1, n_items=400, accuracy=[0.9, 0.8, 0.7, 0.6, 0.8], overlap=3, n_classes=5
    ).ratings
    plain = prepare(ratings, nobody_known(400))

    monkeypatch.setattr(compiled, "PAYS_FROM", 0)
    looped = prepare(ratings, nobody_known(400))

    fits = [
        fit(problem, ConfusionUpdate(problem.layout, Prior(), "bayes"), tolerance=1e-6, max_iterations=100)
        for problem in (plain, looped)
    ]
    assert [shard.is_compiled for shard in looped.shards] == [True]  # type: ignore[union-attr]
    assert fits[0].n_iterations == fits[1].n_iterations
    assert fits[0].statistics.counts == pytest.approx(fits[1].statistics.counts, abs=1e-8)


def test_little_data_and_few_or_many_classes_are_not_compiled() -> None:
    assert not compiled.is_worth_it(compiled.PAYS_FROM - 1, 5)
    assert not compiled.is_worth_it(compiled.PAYS_FROM, 2)
    assert not compiled.is_worth_it(compiled.PAYS_FROM, 20)
    assert compiled.is_worth_it(compiled.PAYS_FROM, 5)
