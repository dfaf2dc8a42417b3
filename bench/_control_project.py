"""The detectors that watch a project, and what to ask next, scored on planted truth and public crowds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench._control import Figure, Measure
from karat.quality.monitoring.canaries import Canaries
from karat.quality.monitoring.project_health import Baseline, ProjectHealth
from karat.quality.monitoring.running import run
from karat.quality.selection.fused import fused
from tests.quality.annotators.test_more_shared import found_and_wrong
from tests.quality.consensus.truth_data import SMALL_SETS, crowd
from tests.quality.monitoring.test_canaries import BOUND, HUMAN
from tests.quality.monitoring.test_decomposition import judged, nothing_recognised
from tests.quality.monitoring.test_project_health import days, runs_to_notice
from tests.quality.monitoring.test_share_shift import MANY, a_watch, mean_run
from tests.quality.selection.test_adaptive_overlap import against_five_fixed
from tests.quality.selection.test_forecast import is_covered
from tests.quality.selection.test_next_label import banking, targeted, uniform_majority
from tests.quality.selection.worlds import a_hard_quarter, a_model_of

SHARED_DATA = Path(__file__).parent.parent.parent / "shared" / "data"
THREE = 0.45 * 3
"""Answers an item that are 45 % of three."""


def project_health(n_worlds: int) -> Iterator[Figure]:
    """Project health, 50 pairs a day: a notice in 250 days, 95 % of quarters without an alarm"""
    watch = ProjectHealth.against(Baseline(0.1, 50, 1.0, 0.0))
    realised = runs_to_notice(watch, 0.1, n_runs=200 * n_worlds).mean()
    yield Figure("days between notices, over the stated 250", float(realised / 250), least=0.85, most=1.15)
    yield Figure(
        "days to notice a rise from 10 to 15 %", float(runs_to_notice(watch, 0.15, n_runs=1000).mean()), most=7
    )
    rng = np.random.default_rng(1)
    quiet = [
        not run(ProjectHealth.against(Baseline.of(days(rng, 30))), days(rng, 90)).is_alarm for _ in range(20 * n_worlds)
    ]
    yield Figure("quarters without an alarm, baseline of 30 days", float(np.mean(quiet)), least=0.95)


def share_shift(n_worlds: int) -> Iterator[Figure]:
    """Shift of shares: one false alarm in 250 days, whatever the number of classes"""
    for shares in ((0.04, 0.96), (0.7, 0.2, 0.1), MANY):
        realised = mean_run(a_watch(shares), n_runs=50 * n_worlds) / 250
        yield Figure(f"days between false alarms over stated, {len(shares)} classes", realised, least=0.85, most=1.15)


def canaries(_: int) -> Iterator[Figure]:
    """Twenty canaries, lures taken by 8 % of people, reckoned with a bound of 10 % (exact)"""
    watch = Canaries()
    for share, least in ((0.6, 0.95), (0.3, None)):
        found = watch.chance_of_alarm(20, copy_share=share, human_rate=HUMAN, bound=BOUND)
        yield Figure(f"found, {share:.0%} of answers from a model", found, least=least)
    false = watch.chance_of_alarm(20, copy_share=0.0, human_rate=BOUND, bound=BOUND)
    yield Figure("careful people accused, at the bound", false, most=0.01)


def copy_pairs(n_worlds: int) -> Iterator[Figure]:
    """Three pairs of twenty people copy 60 %, some 100 shared items a pair"""
    right, wrong = np.sum([found_and_wrong(100 + seed) for seed in range(4 * n_worlds)], axis=0)
    yield Figure("recall", float(right / (12 * n_worlds)), least=0.75)
    yield Figure("false among those found", float(wrong / max(right + wrong, 1)), most=0.05)


def adaptive_overlap(n_worlds: int) -> Iterator[Figure]:
    """Adaptive overlap by a rule from a pilot, against five fixed answers inferred the same way"""
    votes, accuracy, fixed = np.mean([against_five_fixed(200 + seed) for seed in range(3 * n_worlds)], axis=0)
    yield Figure("answers, over those of five fixed", float(votes / 5), most=0.6)
    yield Figure("accuracy less that of five fixed", float(accuracy - fixed), least=0.0)


def next_label(n_worlds: int) -> Iterator[Figure]:
    """Targeted relabeling with 45 % of the answers of three uniform votes"""
    gains = []
    for seed in range(n_worlds):
        world = a_hard_quarter(100 + seed)
        model = a_model_of(world, accuracy=0.85, seed=seed, too_sure=(0.6, 1.0, 2.5)[seed % 3])
        gains.append(world.accuracy(targeted(world, model, THREE)) - uniform_majority(world, 3))
    yield Figure("simulated crowds: accuracy less that of three votes", float(np.mean(gains)), least=0.0)
    if SHARED_DATA.is_dir():
        world, model = banking(SHARED_DATA)
        reached = world.accuracy(targeted(world, model, THREE))
        yield Figure("banking77: accuracy", reached, least=uniform_majority(world, 3))
        with_model = world.accuracy(fused(world.answers(np.full(len(world.truth), 3)), model).probabilities)
        yield Figure("banking77: less three votes with the model", reached - with_model)


def forecasts(n_worlds: int) -> Iterator[Figure]:
    """The 80 % band of a forecast from a tenth of the items, on small public crowds"""
    if not SHARED_DATA.is_dir():
        return
    covered = []
    for name in SMALL_SETS:
        ratings = crowd(SHARED_DATA, name).ratings
        covered += [is_covered(ratings, 2000 + seed) for seed in range(4 * n_worlds)]
    yield Figure("replays in which it held", float(np.mean(covered)), least=0.75, most=0.85)


def decomposition(n_worlds: int) -> Iterator[Figure]:
    """Causes of disagreement, planted at random"""
    error, coverage, seen = judged(10 * n_worlds, seed=1000, n_truth=60_000)
    yield Figure("mean error of a share", error, most=0.05)
    yield Figure("90 % intervals that hold", coverage, least=0.85)
    yield Figure("something to fix, and seen", seen, least=0.9)
    yield Figure("nothing to fix, and recognised", nothing_recognised(10 * n_worlds, seed=5000), least=0.9)


MEASURES: tuple[Measure, ...] = (
    project_health,
    share_shift,
    canaries,
    copy_pairs,
    adaptive_overlap,
    next_label,
    forecasts,
    decomposition,
)
