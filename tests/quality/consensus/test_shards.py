"""Shards merge to the whole, wherever they run."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from karat.quality.consensus import dense, fitting, support
from karat.quality.consensus.fitting import Problem, fit, local_step, nobody_known, prepare
from karat.quality.consensus.prior import Prior
from karat.quality.consensus.shards import Statistics
from karat.quality.consensus.updates import ConfusionUpdate
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world

SKILLS = [0.95, 0.9, 0.8, 0.7, 0.6, 0.5]


def world(n_classes: int) -> Ratings:
    return planted_world(seed=0, n_items=300, accuracy=SKILLS, overlap=3, n_classes=n_classes).ratings


def in_shards(ratings: Ratings, size: int, monkeypatch: pytest.MonkeyPatch) -> Problem:
    """Prepared with shards of about this many ratings; small tables do not ask for larger ones here."""
    monkeypatch.setattr(dense, "_SHARD_RATINGS", size)
    monkeypatch.setattr(support, "_SHARD_TERMS", size)
    monkeypatch.setattr(dense, "_TABLE_SHARE", 0)
    monkeypatch.setattr(support, "_TABLE_SHARE", 0)
    return prepare(ratings, nobody_known(ratings.n_items))


@pytest.mark.parametrize("n_classes", [2, 3, 15, 40])
def test_statistics_of_shards_add_up_to_those_of_the_whole(n_classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ratings = world(n_classes)
    whole = prepare(ratings, nobody_known(ratings.n_items))
    parts = in_shards(ratings, 60, monkeypatch)
    start, started = (_total(problem) for problem in (whole, parts))
    update = ConfusionUpdate(whole.layout, Prior(), "bayes")

    one, many = (_total(problem, update.parameters(start)) for problem in (whole, parts))

    assert len(parts.shards) > 2
    assert _alike(start, started)
    assert _alike(one, many)


@pytest.mark.parametrize("n_classes", [3, 40])
def test_threads_give_the_same_as_one(n_classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = in_shards(world(n_classes), 100, monkeypatch)
    update = ConfusionUpdate(problem.layout, Prior(), "bayes")

    alone = fit(problem, update, tolerance=1e-6, max_iterations=50)
    monkeypatch.setattr(fitting, "_PAYS_THREADS", 0)
    threaded = fit(problem, update, tolerance=1e-6, max_iterations=50)

    assert np.array_equal(alone.statistics.counts, threaded.statistics.counts)


@pytest.mark.parametrize("n_classes", [3, 40])
def test_a_shard_can_be_sent(n_classes: int) -> None:
    problem = prepare(world(n_classes), nobody_known(300))
    shard = problem.shards[0]

    sent = pickle.loads(pickle.dumps(shard))

    assert _alike(sent.start(), shard.start())


@pytest.mark.parametrize("is_apart", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_two_dask_workers_give_the_same_as_this_process(is_apart: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers within this process; with --all in processes of their own."""
    distributed: Any = pytest.importorskip("distributed", reason="needs karat[dask]")
    from karat.quality.consensus.dask_engine import DaskShards  # noqa: PLC0415

    problem = in_shards(world(3), 200, monkeypatch)
    update = ConfusionUpdate(problem.layout, Prior(), "bayes")
    here = fit(problem, update, tolerance=1e-6, max_iterations=50)

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=is_apart, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
        DaskShards(client, problem.shards) as step,
    ):
        there = fit(problem, update, tolerance=1e-6, max_iterations=50, step=step)

    assert there.n_iterations == here.n_iterations
    assert there.statistics.counts == pytest.approx(here.statistics.counts, abs=1e-9)


def _total(problem: Problem, parameters: Any = None) -> Statistics:
    with local_step(problem.shards) as step:
        return step(parameters)


def _alike(one: Statistics, other: Statistics) -> bool:
    return (
        np.allclose(one.counts, other.counts)
        and np.allclose(one.class_totals, other.class_totals)
        and bool(np.isclose(one.log_likelihood, other.log_likelihood))
    )
