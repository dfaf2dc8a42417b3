"""Asking about the most open label first: the quality of three answers everywhere, for less than half of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.consensus import majority_vote
from karat.quality.errors import NoRatings, QualityError
from karat.quality.ratings import Ratings
from karat.quality.selection.fused import fused
from karat.quality.selection.next_label import entropies, next_items
from tests.quality.selection.worlds import World, a_hard_quarter, a_model_of

Array = npt.NDArray[np.float64]


def targeted(world: World, model: Array, budget: float, *, most: int = 10, step: float = 0.05) -> Array:
    """Probabilities once so many answers per item are spent: one each, then always on the most open items."""
    n_items = len(world.truth)
    n_of_item = np.ones(n_items, dtype=int)
    while True:
        found = fused(world.answers(n_of_item), model).probabilities
        left = round(budget * n_items) - int(n_of_item.sum())
        if left <= 0:
            return found
        n_of_item[next_items(found, min(left, round(step * n_items)), may_be_asked=n_of_item < most)] += 1


def uniform_majority(world: World, n: int) -> float:
    labels = np.array(majority_vote(world.answers(np.full(len(world.truth), n))).labels, dtype=int)
    return float((labels == world.truth).mean())


def banking(shared_data: Path) -> tuple[World, Array]:
    with np.load(shared_data / "models" / "relabel-banking77" / "relabel-banking77.npz") as file:
        pool, workers, truth, model = (file[name] for name in ("pool", "workers", "truth", "probs"))
    item = np.repeat(np.arange(len(truth)), pool.shape[1])
    return World(Ratings.from_codes(item, workers.ravel(), pool.ravel(), n_classes=24), truth), model


def test_targeted_relabeling_of_banking77_takes_less_than_45_per_cent_of_three_answers(shared_data: Path) -> None:
    world, model = banking(shared_data)

    reached = world.accuracy(targeted(world, model, 0.45 * 3))

    three_with_model = fused(world.answers(np.full(len(world.truth), 3)), model).probabilities
    assert reached >= uniform_majority(world, 3) + 0.1
    assert reached >= world.accuracy(three_with_model) - 0.005  # even against those who use the model as well


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("too_sure", [0.6, 2.5])
def test_targeted_relabeling_of_a_simulated_crowd_takes_less_than_45_per_cent(seed: int, too_sure: float) -> None:
    world = a_hard_quarter(seed, n_items=1500)
    model = a_model_of(world, accuracy=0.85, seed=seed, too_sure=too_sure)

    assert world.accuracy(targeted(world, model, 0.45 * 3, step=0.1)) >= uniform_majority(world, 3)


@pytest.mark.slow
@pytest.mark.parametrize("accuracy", [0.8, 0.85, 0.92])
def test_targeted_relabeling_holds_over_many_crowds(accuracy: float) -> None:
    gains = []
    for seed in range(10):
        world = a_hard_quarter(100 + seed)
        model = a_model_of(world, accuracy=accuracy, seed=seed, too_sure=(0.6, 1.0, 2.5)[seed % 3])
        gains.append(world.accuracy(targeted(world, model, 0.45 * 3)) - uniform_majority(world, 3))

    assert np.mean(gains) >= 0.0
    assert min(gains) >= -0.01


def test_the_temperature_undoes_a_model_that_is_too_sure_or_too_modest() -> None:
    world = a_hard_quarter(0)
    answers = world.answers(np.full(len(world.truth), 2))

    temperatures = [
        fused(answers, a_model_of(world, accuracy=0.85, seed=1, too_sure=sure)).temperature for sure in (0.5, 1.0, 3.0)
    ]

    assert temperatures == pytest.approx([0.5, 1.0, 3.0], rel=0.25)


def test_a_model_that_knows_nothing_is_not_believed() -> None:
    world = a_hard_quarter(0, n_items=1000)
    noise = np.random.default_rng(3).dirichlet(np.full(4, 0.2), size=1000)

    with_noise = fused(world.answers(np.full(1000, 3)), noise)

    assert with_noise.temperature > 5
    assert world.accuracy(with_noise.probabilities) >= uniform_majority(world, 3)


def test_annotators_are_known_by_their_accuracy() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=400)
    accuracy = np.linspace(0.5, 0.95, 6)
    label = np.where(rng.random((6, 400)) < accuracy[:, None], truth, (truth + rng.integers(1, 3, (6, 400))) % 3)
    who, item = np.indices(label.shape).reshape(2, -1)

    found = fused(Ratings.from_codes(item, who, label.ravel()))

    assert found.converged
    assert found.accuracy == pytest.approx(accuracy, abs=0.06)
    assert found.wrong.sum(axis=1) == pytest.approx(np.ones(3))
    assert np.diag(found.wrong) == pytest.approx(np.zeros(3))


def test_items_without_answers_keep_what_the_model_says() -> None:
    world = a_hard_quarter(0, n_items=200)
    some = world.ratings
    declared = Ratings(some.item, some.annotator, some.label, range(201), some.annotators, some.classes)
    model = np.full((201, 4), 0.25)
    model[200] = [0.7, 0.1, 0.1, 0.1]

    assert fused(declared, model).probabilities[200].argmax() == 0


@given(st.permutations(range(4)))
def test_renaming_the_classes_changes_nothing(order: list[int]) -> None:
    world = a_hard_quarter(5, n_items=60, n_answers=3)
    model = a_model_of(world, accuracy=0.8, seed=0)
    codes = np.array(order)
    renamed = Ratings.from_codes(world.ratings.item, world.ratings.annotator, codes[world.ratings.label], n_classes=4)

    there = fused(renamed, model[:, np.argsort(codes)]).probabilities

    assert there[:, codes] == pytest.approx(fused(world.ratings, model).probabilities, abs=1e-3)


def test_the_most_open_items_come_first_and_only_those_that_may_be_asked() -> None:
    probabilities = np.array([[0.5, 0.5], [0.9, 0.1], [0.6, 0.4], [1.0, 0.0]])

    assert next_items(probabilities, 2).tolist() == [0, 2]
    assert next_items(probabilities, 9, may_be_asked=[False, True, True, True]).tolist() == [2, 1, 3]
    assert entropies([[0.25] * 4])[0] == pytest.approx(np.log(4))


def test_what_cannot_be_joined_is_refused_with_the_reason() -> None:
    ratings = Ratings.from_rows([("a", "ada", "x"), ("b", "ada", "y")])

    with pytest.raises(QualityError, match="shape"):
        fused(ratings, [[0.5, 0.5]])
    with pytest.raises(QualityError, match="negative, empty or not a number"):
        fused(ratings, [[0.5, 0.5], [-1.0, 2.0]])
    with pytest.raises(NoRatings):
        fused(Ratings.from_rows([]), np.zeros((0, 0)))
    with pytest.raises(QualityError, match="0 items or more"):
        next_items([[1.0]], -1)
