"""Bradley and Terry with ties and reliabilities: by hand, planted scores, intervals, connectedness."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import approx_fprime, check_grad

from karat.quality.consensus.bradley_terry import Preference, _Problem, bradley_terry
from karat.quality.consensus.comparisons import Comparisons
from karat.quality.errors import NoRatings, NotConnected, QualityError, TooLittleOverlap

Array = npt.NDArray[np.float64]
LIKELIHOOD = Preference(spread=None)


def preference_world(
    seed: int, *, n_items: int = 20, n: int = 1500, reliability: Array | None = None, nu: float = 0.0
) -> tuple[Comparisons, Array, Array]:
    """Outcomes drawn from the model; without reliabilities everybody is fully reliable."""
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1.5, n_items)
    score -= score.mean()
    share = np.ones(8) if reliability is None else reliability
    rows: list[tuple[Any, Any, Any, Any]] = []
    for _ in range(n):
        one, other = (int(code) for code in rng.choice(n_items, 2, replace=False))
        who = int(rng.integers(len(share)))
        odds = np.exp((score[one] - score[other]) / 2 * (1 if rng.random() < share[who] else -1))
        draw = rng.random() * (odds + 1 / odds + nu)
        rows.append((who, one, other, one if draw < odds else other if draw < odds + 1 / odds else None))
    return Comparisons.from_rows(rows), score, share


def test_two_items_by_hand() -> None:
    """Won 3 of 4: log-odds log 3, half of it up and half down; the error is that of a share."""
    found = bradley_terry(
        Comparisons.from_rows([("ada", "x", "y", "x")] * 3 + [("ada", "y", "x", "y")]),
        is_weighed=False, preference=LIKELIHOOD,
    )  # fmt: skip

    assert found.by_item() == pytest.approx({"x": np.log(3) / 2, "y": -np.log(3) / 2}, abs=1e-5)
    assert found.scores[0].standard_error == pytest.approx(np.sqrt(1 / (4 * 3 / 4 * 1 / 4)) / 2, rel=1e-3)
    assert found.log_likelihood == pytest.approx(3 * np.log(3 / 4) + np.log(1 / 4))
    assert found.rank.tolist() == [1, 2]
    assert found.reliability == {}
    assert found.tie_odds == 0


def test_maximum_likelihood_satisfies_the_equations_of_1952() -> None:
    """Each item's wins are those expected under the scores."""
    comparisons, _, _ = preference_world(1, n_items=6, n=300)

    found = bradley_terry(comparisons, is_weighed=False, preference=LIKELIHOOD, tolerance=1e-14)

    score = np.array([estimate.value for estimate in found.scores])
    expected = 1 / (1 + np.exp(score[comparisons.right] - score[comparisons.left]))
    won = np.bincount(comparisons.left, comparisons.outcome == 1, 6)
    won += np.bincount(comparisons.right, comparisons.outcome == -1, 6)
    due = np.bincount(comparisons.left, expected, 6) + np.bincount(comparisons.right, 1 - expected, 6)
    assert due == pytest.approx(won, abs=0.01)


@pytest.mark.parametrize("is_weighed", [True, False])
def test_the_gradient_is_that_of_the_loss(is_weighed: bool) -> None:
    comparisons, _, _ = preference_world(0, n_items=6, n=60, reliability=np.array([0.9, 0.6]), nu=0.5)
    problem = _Problem.of(comparisons, is_weighed=is_weighed, preference=Preference())
    rng = np.random.default_rng(0)

    for _ in range(4):
        at = problem.start() + rng.normal(size=len(problem.start()))
        assert check_grad(lambda x: problem.loss(x)[0], lambda x: problem.loss(x)[1], at) < 1e-4


def test_without_ties_and_weights_the_information_is_the_second_derivative() -> None:
    comparisons, _, _ = preference_world(2, n_items=5, n=80)
    problem = _Problem.of(comparisons, is_weighed=False, preference=Preference())
    at = problem.start() + np.linspace(-1, 1, 6)

    information = problem.information(at).toarray()

    numeric = approx_fprime(at, lambda x: problem.loss(x)[1], 1e-6)
    assert information[:5, :5] == pytest.approx(numeric[:5, :5], abs=1e-3)


@pytest.mark.parametrize("nu", [0.0, 0.7])
def test_planted_scores_reliabilities_and_ties_lie_in_their_intervals(nu: float) -> None:
    of_scores, of_people, odds = [], [], []
    for seed in range(6):
        comparisons, score, share = preference_world(seed, reliability=np.linspace(0.55, 0.98, 8), nu=nu)
        found = bradley_terry(comparisons)
        pairs = zip(found.items, found.scores, strict=True)
        of_scores += [estimate.low <= score[item] <= estimate.high for item, estimate in pairs]  # type: ignore[call-overload]
        of_people += [found.reliability[w].low <= share[w] <= found.reliability[w].high for w in range(8)]
        odds.append(found.tie_odds)
        assert found.converged

    assert np.mean(of_scores) > 0.89
    assert np.mean(of_people) > 0.85
    assert np.mean(odds) == pytest.approx(nu, abs=0.1)


def test_weighing_beats_taking_all_alike() -> None:
    def error(seed: int, *, is_weighed: bool) -> float:
        comparisons, score, _ = preference_world(seed, reliability=np.array([0.95] * 4 + [0.5] * 4))
        found = bradley_terry(comparisons, is_weighed=is_weighed)
        values = np.array([estimate.value for estimate in found.scores])
        return 1 - float(np.corrcoef(values, score[np.array(found.items, dtype=int)])[0, 1])

    weighed, alike = ([error(seed, is_weighed=flag) for seed in range(4)] for flag in (True, False))

    assert np.mean(weighed) < 0.8 * np.mean(alike)


def test_sides_and_order_do_not_matter() -> None:
    comparisons, _, _ = preference_world(4, n_items=8, n=200, reliability=np.array([0.9, 0.7]), nu=0.4)
    turned = Comparisons(
        comparisons.right[::-1], comparisons.left[::-1], comparisons.annotator[::-1], -comparisons.outcome[::-1],
        comparisons.items, comparisons.annotators,
    )  # fmt: skip

    one, other = bradley_terry(comparisons), bradley_terry(turned)

    assert other.by_item() == pytest.approx(one.by_item(), abs=1e-6)


def test_equal_items_share_the_better_rank() -> None:
    rows = [("ada", "x", "y", None), ("ada", "x", "z", "x"), ("ada", "y", "z", "y")]

    found = bradley_terry(Comparisons.from_rows(rows))

    assert found.rank.tolist() == [1, 1, 3]


def test_groups_never_compared_are_named() -> None:
    rows = [("ada", "x", "y", "x"), ("ada", "v", "w", "v")]

    with pytest.raises(NotConnected, match="2 groups: nothing was compared between 'x' and 'v'") as caught:
        bradley_terry(Comparisons.from_rows(rows))
    assert isinstance(caught.value, TooLittleOverlap)


def test_an_item_that_always_wins_has_a_finite_score_unless_nothing_is_believed() -> None:
    comparisons = Comparisons.from_rows([("ada", "x", "y", "x")] * 5)

    found = bradley_terry(comparisons, is_weighed=False)

    assert 1 < found.by_item()["x"] < 5
    with pytest.raises(NotConnected, match="no chain of wins"):
        bradley_terry(comparisons, is_weighed=False, preference=LIKELIHOOD)


def test_many_items_get_the_same_errors_from_the_sparse_path(monkeypatch: pytest.MonkeyPatch) -> None:
    comparisons, _, _ = preference_world(5, n_items=12, n=300, reliability=np.array([0.9, 0.7]), nu=0.4)
    dense = [score.standard_error for score in bradley_terry(comparisons).scores]

    monkeypatch.setattr(import_module("karat.quality.consensus.bradley_terry"), "_MOST_DENSE", 0)

    assert [score.standard_error for score in bradley_terry(comparisons).scores] == pytest.approx(dense)


def test_it_says_when_it_did_not_converge_and_refuses_nothing_and_nonsense() -> None:
    comparisons, _, _ = preference_world(6)
    refused: list[Callable[[], Any]] = [
        lambda: bradley_terry(Comparisons.from_rows([])),
        lambda: bradley_terry(comparisons, level=1.0),
    ]

    assert not bradley_terry(comparisons, max_iterations=1, tolerance=0.0).converged
    for call, error in zip(refused, (NoRatings, QualityError), strict=True):
        with pytest.raises(error):
            call()
