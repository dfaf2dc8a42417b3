"""GLAD: its gradient, planted skills and hard items, gold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from karat.quality.consensus.glad import Leanings, _Problem, glad
from karat.quality.consensus.gold import with_gold
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world


def planted_ease(seed: int) -> tuple[Ratings, np.ndarray, np.ndarray, np.ndarray]:
    """Ratings drawn from the model itself: skills, ease and labels."""
    rng = np.random.default_rng(seed)
    skill = np.linspace(-0.5, 2.5, 16)
    ease = np.exp(rng.normal(0.5, 1.0, size=400))
    truth = rng.integers(3, size=400)
    is_right = rng.random((400, 16)) < 1 / (1 + np.exp(-skill * ease[:, np.newaxis]))
    given = np.where(is_right, truth[:, np.newaxis], (truth[:, np.newaxis] + rng.integers(1, 3, size=(400, 16))) % 3)
    item, annotator = np.divmod(np.arange(400 * 16), 16)
    return Ratings.from_arrays(item, annotator, given.ravel()), truth, skill, ease


def test_planted_labels_skills_and_ease_are_found() -> None:
    ratings, truth, skill, ease = planted_ease(0)

    found = glad(ratings)

    assert found.consensus.converged
    assert np.mean(np.array(found.consensus.labels) == truth) > 0.95
    assert np.corrcoef(list(found.skill.values()), skill)[0, 1] > 0.95
    assert np.corrcoef(np.log(found.ease), np.log(ease))[0, 1] > 0.5


def test_the_gradient_is_that_of_the_loss() -> None:
    world = planted_world(seed=2, n_items=12, accuracy=[0.9, 0.7, 0.5], overlap=2)
    ratings, known = with_gold(world.ratings, {0: world.truth[0], 5: (world.truth[5] + 1) % 3, 6: "new"})
    problem = _Problem.of(ratings, known, Leanings())
    rng = np.random.default_rng(0)

    for _ in range(5):
        at = problem.start() + rng.normal(size=len(problem.start()))
        off = check_grad(lambda x: problem.loss(x)[0], lambda x: problem.loss(x)[1], at)
        assert off < 1e-5


def test_the_log_likelihood_is_that_of_the_ratings_one_by_one() -> None:
    ratings, known = with_gold(Ratings.from_rows([("i", "ada", "x"), ("i", "bo", "y"), ("j", "bo", "y")]), {"j": "z"})

    found = glad(ratings, gold={"j": "z"})

    right = {
        (who, item): 1 / (1 + np.exp(-found.skill[who] * found.ease[row]))
        for who in ("ada", "bo")
        for row, item in enumerate(ratings.items)
    }
    of_i = sum(
        (right["ada", "i"] if c == "x" else (1 - right["ada", "i"]) / 2)
        * (right["bo", "i"] if c == "y" else (1 - right["bo", "i"]) / 2)
        for c in "xyz"
    )
    of_j = (1 - right["bo", "j"]) / 2
    assert known.tolist() == [-1, 2]
    assert found.consensus.log_likelihood == pytest.approx(np.log(of_i / 3) + np.log(of_j / 3))


def test_a_liar_has_negative_skill_and_speaks_for_the_other_class() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(2, size=60)
    rows = [(i, who, int(t)) for i, t in enumerate(truth) for who in ("ada", "bo", "cy")]
    rows += [(i, "liar", int(1 - t)) for i, t in enumerate(truth)]

    found = glad(Ratings.from_rows(rows))

    assert found.skill["liar"] < 0 < found.skill["ada"]
    assert np.mean(np.array(found.consensus.labels) == truth) == 1


def test_it_says_when_it_did_not_converge() -> None:
    ratings, *_ = planted_ease(1)

    stopped = glad(ratings, max_iterations=2).consensus

    assert (stopped.converged, stopped.n_iterations) == (False, 2)
