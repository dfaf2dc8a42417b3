"""Planted parameters come back from large runs, and a seed determines everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from karat.quality.consensus import consensus
from karat.quality.ratings import Ratings
from karat.simulation import Kind, Probe, SimulatedRun, World, simulate
from karat.simulation.world import (
    CrowdSettings,
    FatigueSettings,
    FaultSettings,
    ItemSettings,
    LeanSettings,
    Link,
    ProbeSettings,
    SpamSettings,
    WorkSettings,
)

PLAIN = World(
    name="plain",
    about="Nothing but skill and difficulty.",
    items=ItemSettings(n=30_000, ambiguous_share=0.0, duplicate_share=0.0),
    annotators=CrowdSettings(n=50, learning_points=0.0, unsure_rate=0.0, pair_sd=0.0, top_tenth_share=0.2),
    faults=FaultSettings(fatigue=FatigueSettings(share=0.0)),
)


def columns(run: SimulatedRun) -> list[np.ndarray]:
    return [run.item, run.annotator, run.label, run.time, run.seconds, run.probe, run.truth.label, run.session]


def test_a_seed_determines_every_answer() -> None:
    one, other = simulate("everything-at-once", seed=5), simulate("everything-at-once", seed=5)

    assert all(np.array_equal(a, b) for a, b in zip(columns(one), columns(other), strict=True))
    assert one.truth.faults == other.truth.faults


def test_another_seed_gives_another_run() -> None:
    one, other = simulate("clean-easy", seed=5), simulate("clean-easy", seed=6)

    assert not np.array_equal(one.truth.label, other.truth.label)


def test_a_planted_fault_leaves_the_rest_of_the_world_as_it_was() -> None:
    leaning = replace(PLAIN, faults=replace(PLAIN.faults, lean=LeanSettings(n=1)))

    one, other = simulate(PLAIN, seed=1, items=1_000), simulate(leaning, seed=1, items=1_000)

    assert np.array_equal(one.truth.label, other.truth.label)
    assert np.array_equal(one.truth.annotators.accuracy, other.truth.annotators.accuracy)


def test_the_mean_and_spread_of_accuracy_are_those_planted() -> None:
    run = simulate(PLAIN, seed=1, annotators=400, items=100_000)
    n = np.bincount(run.annotator)
    share = np.bincount(run.annotator, run.truth.right) / n
    busy = n > 300

    noise = (share * (1 - share) / n)[busy].mean()

    assert run.truth.annotators.accuracy.mean() == pytest.approx(0.82, abs=0.015)
    assert np.sqrt(share[busy].var() - noise) == pytest.approx(0.08, abs=0.015)


@pytest.mark.parametrize("link", ["logit", "cauchit", "guessing"])
def test_each_person_is_as_accurate_as_planted_under_every_link(link: Link) -> None:
    world = replace(PLAIN, annotators=replace(PLAIN.annotators, link=link))
    run = simulate(world, seed=2)
    stream = run.part("stream")
    n = np.bincount(run.annotator[stream], minlength=run.n_annotators)

    share = np.bincount(run.annotator[stream], run.truth.right[stream], minlength=run.n_annotators) / n
    error = share - run.truth.annotators.accuracy

    assert np.abs(error[n > 1_000]).max() < 0.05
    assert np.average(error, weights=n) == pytest.approx(0, abs=0.005)


def test_wrong_answers_fall_on_the_lure_as_often_as_planted() -> None:
    world = replace(PLAIN, items=replace(PLAIN.items, classes=10, lure_concentration=0.4))
    run = simulate(world, seed=3)
    wrong = ~run.truth.right & run.part("stream")

    on_lure = (run.label == run.truth.items.lure[run.item])[wrong].mean()

    # The rest falls by nearness, and the lure is often the nearest class.
    assert 0.4 < on_lure < 0.7


def test_difficulty_makes_people_err_on_the_same_items() -> None:
    even = replace(PLAIN, items=replace(PLAIN.items, difficulty_sd=0.01))

    assert error_correlation(simulate(PLAIN, seed=1)) == pytest.approx(0.17, abs=0.05)
    assert error_correlation(simulate(even, seed=1)) == pytest.approx(0, abs=0.02)


def error_correlation(run: SimulatedRun) -> float:
    rows = run.part("stream")
    n = np.bincount(run.item[rows])
    wrong = np.bincount(run.item[rows], ~run.truth.right[rows])
    rate = wrong.sum() / n.sum()
    both = (wrong * (wrong - 1)).sum() / (n * (n - 1)).sum()
    return float((both - rate**2) / (rate * (1 - rate)))


def test_probes_come_at_the_planted_rates() -> None:
    probes = ProbeSettings(
        gold=0.05, gold_probation=0.05, honeypot=0.02, repeat=0.04, overlap=0.03, canary=0.02,
        n_gold=5_000, n_honeypots=5_000, n_anchors=5_000, n_canaries=5_000,
    )  # fmt: skip
    run = simulate(replace(PLAIN, probes=probes), seed=1)
    share = np.bincount(run.probe, minlength=len(Probe)) / run.n_answers

    expected = {Probe.GOLD: 0.05, Probe.HONEYPOT: 0.02, Probe.REPEAT: 0.04, Probe.OVERLAP: 0.03, Probe.CANARY: 0.02}

    for probe, rate in expected.items():
        assert share[probe] == pytest.approx(rate, abs=0.004)


def test_nobody_meets_a_check_item_twice() -> None:
    run = simulate("gold-leak", seed=1)
    checks = run.probe == Probe.GOLD

    pairs = run.item[checks].astype(np.int64) * run.n_annotators + run.annotator[checks]

    assert len(np.unique(pairs)) == len(pairs)


def test_a_repeat_shows_the_person_what_the_person_has_seen() -> None:
    run = simulate("ambiguous", seed=1)
    rows = run.part("stream")
    seen = set(zip(run.item[rows].tolist(), run.annotator[rows].tolist(), strict=True))

    again = np.flatnonzero(run.probe == Probe.REPEAT)

    assert all((run.item[row], run.annotator[row]) in seen for row in again)


def test_spam_is_of_the_planted_kinds() -> None:
    world = replace(PLAIN, faults=replace(PLAIN.faults, spam=SpamSettings(share=0.2)))
    run = simulate(world, seed=1, annotators=100)
    kinds = np.bincount(run.truth.annotators.kind, minlength=len(Kind))

    fixed = run.truth.annotators.kind[run.annotator] == Kind.SPAM_FIXED

    assert kinds.tolist() == [80, 12, 5, 3, 0]
    assert np.array_equal(run.label[fixed], run.truth.annotators.favourite[run.annotator[fixed]])
    assert len(run.truth.faulty("bot")) == 4


def test_people_who_leave_answer_no_more() -> None:
    world = replace(PLAIN, work=WorkSettings(attrition_days=10))
    run = simulate(world, seed=1, items=3_000, annotators=200)
    last = np.zeros(run.n_annotators)
    np.maximum.at(last, run.annotator, (run.time - run.time[0]) / 86_400)

    assert np.all(last <= np.minimum(run.truth.annotators.stays_days, 60) + 3)
    assert np.median(run.truth.annotators.stays_days) < 10


def test_the_kernels_read_a_run_directly() -> None:
    run = simulate("clean-easy", seed=1)
    ratings = Ratings.from_codes(**run.columns())

    found = consensus(ratings)

    assert ratings.n_items == run.world.items.n
    assert (np.array(found.labels) == run.truth.label[: ratings.n_items]).mean() > 0.98


@pytest.mark.parametrize("items", [1, 2, 7, 50, 401])
@pytest.mark.parametrize("annotators", [1, 2, 3, 11])
@pytest.mark.parametrize("world", ["everything-at-once", "long-tail-workers", "ai-anchored"])
def test_small_worlds_run_too(world: str, items: int, annotators: int) -> None:
    run = simulate(world, seed=1, items=items, annotators=annotators)
    stream = run.part("stream")

    served = np.bincount(run.item[stream], minlength=items)

    assert served.max(initial=0) <= min(run.world.work.overlap, annotators)
    assert run.truth.accuracy_by_day.shape[0] == annotators


@pytest.mark.slow
def test_a_million_answers_keep_their_promises() -> None:
    run = simulate(PLAIN, seed=1, items=330_000, annotators=1_000)
    stream = run.part("stream")
    served = np.bincount(run.item[stream], minlength=run.n_items)[:330_000]

    assert run.n_answers > 1_000_000
    assert (served == 3).mean() > 0.999
    assert run.truth.right.mean() == pytest.approx(0.82, abs=0.02)
