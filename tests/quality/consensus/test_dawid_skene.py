"""Dawid and Skene: against a plain rewriting of the paper, planted truth, symmetries and hard cases."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.consensus import Consensus, Prior, dawid_skene, majority_vote
from karat.quality.consensus.dawid_skene import Estimator
from karat.quality.consensus.fitting import fit, nobody_known, prepare
from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.updates import ConfusionUpdate, OneCoinUpdate
from karat.quality.errors import NoRatings
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of

ESTIMATORS: list[Estimator] = ["bayes", "map", "likelihood"]
SKILLS = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5]


def right_share(result: Consensus, truth: Mapping[int, int]) -> float:
    labels = result.by_item()
    return float(np.mean([labels[item] == label for item, label in truth.items()]))


def test_passes_are_those_of_the_paper_written_out_plainly() -> None:
    """Before the first leap, pass by pass."""
    world = planted_world(seed=3, n_items=60, accuracy=[0.9, 0.8, 0.7, 0.6], overlap=3)

    found = dawid_skene(world.ratings, estimate="likelihood", max_iterations=3)

    posterior, log_likelihood = maximum_likelihood(world.ratings, n_iterations=3)
    assert found.probabilities == pytest.approx(posterior, abs=1e-12)
    assert found.log_likelihood == pytest.approx(log_likelihood, rel=1e-12)


def test_maximum_likelihood_is_where_the_paper_ends() -> None:
    world = planted_world(seed=3, n_items=60, accuracy=[0.9, 0.8, 0.7, 0.6], overlap=3)

    found = dawid_skene(world.ratings, estimate="likelihood")

    posterior, log_likelihood = maximum_likelihood(world.ratings, n_iterations=1500)
    assert found.converged
    assert found.log_likelihood == pytest.approx(log_likelihood, rel=1e-6)
    assert found.probabilities == pytest.approx(posterior, abs=0.02)


def test_it_finds_planted_truth_better_than_a_majority() -> None:
    found, voted, certain = [], [], []
    for seed in range(5):
        world = planted_world(seed=seed, n_items=400, accuracy=SKILLS, overlap=4)
        result = dawid_skene(world.ratings)
        found.append(right_share(result, world.truth))
        voted.append(right_share(majority_vote(world.ratings), world.truth))
        certain.append(result.certainty.mean())

    assert np.mean(found) > np.mean(voted) + 0.01
    assert np.mean(certain) == pytest.approx(np.mean(found), abs=0.03)


def test_intervals_of_accuracy_hold_the_planted_accuracy() -> None:
    hits = []
    for seed in range(12):
        world = planted_world(seed=seed, n_items=300, accuracy=SKILLS, overlap=4)
        skills = dawid_skene(world.ratings).annotators
        for name, truth in enumerate(world.accuracy):
            accuracy = skills[name].accuracy
            assert accuracy is not None
            hits.append(accuracy.low <= truth <= accuracy.high)

    assert np.mean(hits) > 0.88


def test_confusion_matrices_find_who_swaps_two_classes() -> None:
    rng = np.random.default_rng(8)
    truth = rng.integers(3, size=300)
    swap = {0: 0, 1: 2, 2: 2}
    rows = [
        (i, f"good-{a}", int(t if rng.random() < 0.9 else rng.integers(3))) for i, t in enumerate(truth) for a in "abc"
    ]
    rows += [(i, "swapper", swap[int(t)]) for i, t in enumerate(truth)]

    skill = dawid_skene(Ratings.from_rows(rows)).annotators["swapper"]

    assert skill.confusion[1].argmax() == 2
    assert skill.confusion[1, 2] > 0.9
    assert skill.confusion.sum(axis=1) == pytest.approx(np.ones(3))
    assert skill.counts.sum() == pytest.approx(skill.n_ratings)


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_names_and_order_do_not_matter(estimate: Estimator) -> None:
    world = planted_world(seed=1, n_items=80, accuracy=SKILLS[:6], overlap=3)
    ratings = world.ratings
    shuffled = np.random.default_rng(0).permutation(ratings.n_ratings)
    renamed = Ratings.from_arrays(
        [f"item {ratings.items[code]}" for code in ratings.item[shuffled]],
        [f"person {ratings.annotators[code]}" for code in ratings.annotator[shuffled]],
        ["cab"[code] for code in ratings.label[shuffled]],
    )

    before, after = dawid_skene(ratings, estimate=estimate), dawid_skene(renamed, estimate=estimate)

    place = {name: row for row, name in enumerate(after.items)}
    rows = [place[f"item {name}"] for name in before.items]
    assert after.probabilities[rows][:, [2, 0, 1]] == pytest.approx(before.probabilities, abs=1e-6)
    assert [after.labels[row] for row in rows] == ["cab"[int(label)] for label in before.labels]  # type: ignore[call-overload]
    assert after.annotators["person 2"].accuracy.value == pytest.approx(before.annotators[2].accuracy.value, abs=1e-6)  # type: ignore[union-attr]


@pytest.mark.parametrize("estimate", [*ESTIMATORS, "one_coin"])
@pytest.mark.parametrize("n_classes", [3, 30])
def test_the_objective_never_falls(estimate: Any, n_classes: int) -> None:
    """What decides when to stop must rise in each iteration, or it would stop at the wrong place."""
    world = planted_world(seed=2, n_items=100, accuracy=SKILLS, overlap=3, n_classes=n_classes)
    ratings, known = with_gold(world.ratings, {0: world.truth[0], 5: world.truth[5]})
    problem = prepare(ratings, known)
    layout = problem.layout
    update = OneCoinUpdate(layout) if estimate == "one_coin" else ConfusionUpdate(layout, Prior(), estimate)

    objective = fit(problem, update, tolerance=0.0, max_iterations=60).objective

    assert np.diff(objective).min() > -1e-9
    assert objective[-1] > objective[0]


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_momentum_ends_where_plain_iterations_do(estimate: Estimator) -> None:
    world = planted_world(seed=5, n_items=150, accuracy=SKILLS, overlap=3)
    problem = prepare(world.ratings, nobody_known(150))
    update = ConfusionUpdate(problem.layout, Prior(), estimate)

    running = fit(problem, update, tolerance=1e-12, max_iterations=2000, n_plain=30)
    walking = fit(problem, update, tolerance=0.0, max_iterations=2000, n_plain=2000)

    assert running.converged
    assert running.n_iterations < 400
    assert running.objective[-1] == pytest.approx(walking.objective[-1], rel=1e-7)


def test_gold_is_held_and_teaches() -> None:
    """Without gold two against two is a stalemate; gold shows which two to believe."""
    rows = [(i, who, "x" if i % 2 else "y") for i in range(40) for who in ("ada", "bo")]
    rows += [(i, who, "y" if i % 2 else "x") for i in range(40) for who in ("cy", "di")]
    gold = {i: "y" if i % 2 else "x" for i in range(8)} | {"not rated": "x"}

    result = dawid_skene(Ratings.from_rows(rows), gold=gold)

    assert result.labels == tuple("y" if i % 2 else "x" for i in range(40))
    assert result.certainty[:8].tolist() == [1] * 8


def test_gold_of_a_class_nobody_gave_adds_the_class() -> None:
    result = dawid_skene(ratings_of("ab", "aa", "bb"), gold={0: "c"})

    assert result.classes == ("a", "b", "c")
    assert result.labels[0] == "c"


def test_it_says_when_it_did_not_converge() -> None:
    world = planted_world(seed=2, n_items=100, accuracy=SKILLS, overlap=3)

    stopped, finished = dawid_skene(world.ratings, max_iterations=2), dawid_skene(world.ratings)

    assert (stopped.converged, stopped.n_iterations) == (False, 2)
    assert finished.converged
    assert finished.n_iterations > 2


def test_where_it_stops_hardly_depends_on_the_tolerance() -> None:
    world = planted_world(seed=4, n_items=200, accuracy=SKILLS, overlap=3)

    usual, strict = dawid_skene(world.ratings), dawid_skene(world.ratings, tolerance=1e-12, max_iterations=5000)

    assert usual.labels == strict.labels
    assert usual.probabilities == pytest.approx(strict.probabilities, abs=0.05)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text("ab.c", min_size=3, max_size=3), min_size=1, max_size=6).filter(lambda w: set("".join(w)) > {"."}),
    st.sampled_from(ESTIMATORS),
)
def test_any_ratings_give_probabilities(words: list[str], estimate: Estimator) -> None:
    """One item, one annotator, one class, one rating: never an error, a warning or NaN."""
    ratings = ratings_of(*words)

    result = dawid_skene(ratings, estimate=estimate)

    assert result.probabilities.sum(axis=1) == pytest.approx(np.ones(ratings.n_items))
    assert result.log_likelihood is not None
    assert np.isfinite(result.log_likelihood)
    for skill in result.annotators.values():
        assert ((skill.confusion >= 0) & (skill.confusion <= 1 + 1e-12)).all()


def test_unused_classes_and_unrated_items_are_allowed() -> None:
    rated = ratings_of("aab", "bbb", "aaa", classes="abcdefgh")
    ratings = Ratings(
        rated.item, rated.annotator, rated.label, (*rated.items, "new"), (*rated.annotators, "new"), rated.classes
    )

    result = dawid_skene(ratings)

    assert result.probabilities.shape == (4, 8)
    assert result.labels[:3] == ("a", "b", "a")
    assert result.annotators["new"].accuracy is None


def test_many_classes_and_annotators_need_no_dense_tables() -> None:
    """A table of annotators x classes x classes would take 32 GB."""
    rng = np.random.default_rng(0)
    item = np.repeat(np.arange(1000), 3)
    truth = rng.integers(1000, size=1000)[item]
    label = np.where(rng.random(3000) < 0.9, truth, rng.integers(1000, size=3000))
    ratings = Ratings.from_arrays(item, rng.permutation(4000)[:3000], label, classes=range(1000))

    result = dawid_skene(ratings, max_iterations=5)

    assert result.annotators[ratings.annotators[0]].confusion.shape == (1000, 1000)


def test_without_ratings_it_is_refused() -> None:
    with pytest.raises(NoRatings):
        dawid_skene(Ratings.from_rows([]))


def maximum_likelihood(ratings: Ratings, *, n_iterations: int) -> tuple[npt.NDArray[np.float64], float]:
    """Equations 2.3 to 2.5 of Dawid and Skene (1979), rating by rating."""
    n_classes = ratings.n_classes
    rated = list(zip(ratings.item.tolist(), ratings.annotator.tolist(), ratings.label.tolist(), strict=True))
    posterior = ratings.class_counts().toarray() / ratings.class_counts().sum(axis=1)[:, np.newaxis]
    log_likelihood = 0.0
    for _ in range(n_iterations):
        confusion = np.zeros((ratings.n_annotators, n_classes, n_classes))
        for item, annotator, given_class in rated:
            confusion[annotator, :, given_class] += posterior[item]
        confusion /= np.maximum(confusion.sum(axis=2, keepdims=True), 1e-300)
        joint = np.tile(posterior.mean(axis=0), (ratings.n_items, 1))
        for item, annotator, given_class in rated:
            joint[item] *= confusion[annotator, :, given_class]
        log_likelihood = sum(log(total) for total in joint.sum(axis=1))
        posterior = joint / joint.sum(axis=1, keepdims=True)
    return posterior, log_likelihood
