"""Numeric answers: planted values, biases and scatter; wild answers; gold; hard cases."""

from __future__ import annotations

import math
from importlib import import_module

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.consensus.numbers import numbers
from karat.quality.errors import NoRatings, NotNumeric, QualityError
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]


def measured_world(seed: int, *, n_items: int = 150, overlap: int = 4) -> tuple[Ratings, Array, Array, Array]:
    rng = np.random.default_rng(seed)
    value, bias, scatter = rng.normal(50, 10, n_items), rng.normal(0, 4, 12), np.exp(rng.normal(1, 0.6, 12))
    rows = []
    for item in range(n_items):
        for who in rng.choice(12, overlap, replace=False):
            answer = value[item] + bias[who] + scatter[who] * rng.standard_t(10)
            rows.append((item, int(who), float(answer)))
    return Ratings.from_rows(rows), value, bias, scatter


def test_values_are_closer_to_the_truth_than_means() -> None:
    ratings, value, bias, scatter = measured_world(0)

    found = numbers(ratings)

    given = np.array(ratings.classes, dtype=float)[ratings.label]
    means = np.bincount(ratings.item, given) / np.bincount(ratings.item)
    order = [int(name) for name in found.items]  # type: ignore[call-overload]
    # Apart from the bias that all share, which nothing in the answers shows.
    assert np.std(found.values - value[order]) < 0.75 * np.std(means - value[order])
    for who in range(12):
        assert found.annotators[who].bias.value == pytest.approx(bias[who], abs=3.5)
    scatters = [found.annotators[who].scatter for who in range(12)]
    assert np.corrcoef(np.log(scatters), np.log(scatter))[0, 1] > 0.9


def test_intervals_hold_values_and_biases() -> None:
    of_values, of_biases = [], []
    for seed in range(8):
        ratings, value, bias, _ = measured_world(seed)
        found = numbers(ratings)
        order = [int(name) for name in found.items]  # type: ignore[call-overload]
        of_values.append(np.mean((found.low <= value[order]) & (value[order] <= found.high)))
        of_biases += [found.annotators[w].bias.low <= bias[w] <= found.annotators[w].bias.high for w in range(12)]

    assert np.mean(of_values) == pytest.approx(0.95, abs=0.03)
    assert np.mean(of_biases) > 0.88


def test_a_wild_answer_moves_the_value_little() -> None:
    rows = [(item, who, item + off) for item in range(30) for who, off in (("a", 0.3), ("b", -0.3), ("c", 0.1))]
    clean, wild = numbers(Ratings.from_rows(rows)), [*rows[:-1], (29, "c", 2900.0)]

    robust, normal = (numbers(Ratings.from_rows(wild), tail=tail).by_item()[29] for tail in (4.0, math.inf))

    assert robust == pytest.approx(clean.by_item()[29], abs=1)
    assert abs(normal - clean.by_item()[29]) > 10 * abs(robust - clean.by_item()[29])


def test_gold_is_held_and_shows_a_common_bias() -> None:
    rng = np.random.default_rng(0)
    value = rng.normal(0, 5, 80)
    rows = [(i, who, float(v + 3 + rng.normal(0, 0.5))) for i, v in enumerate(value) for who in "abc"]
    gold = {i: float(value[i]) for i in range(40)}

    found = numbers(Ratings.from_rows(rows), gold=gold)

    assert found.values[:40] == pytest.approx(value[:40])
    assert (found.low[:40] == found.high[:40]).all()
    assert np.abs(found.values[40:] - value[40:]).mean() < 0.6
    assert found.annotators["a"].bias.value == pytest.approx(3, abs=0.3)


def test_shift_and_scale_go_through() -> None:
    ratings, *_ = measured_world(2, n_items=40)
    moved = Ratings(
        ratings.item, ratings.annotator, ratings.label, ratings.items, ratings.annotators,
        tuple(float(c) * 10 - 70 for c in ratings.classes),  # type: ignore[arg-type]
    )  # fmt: skip

    one, other = numbers(ratings), numbers(moved)

    assert other.values == pytest.approx(one.values * 10 - 70, abs=1e-3)
    assert other.high - other.low == pytest.approx(10 * (one.high - one.low), rel=1e-4)


def test_thousands_of_annotators_are_solved_in_turn_to_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    ratings, *_ = measured_world(3, n_items=60)
    together = numbers(ratings, tolerance=1e-9, max_iterations=3000)

    monkeypatch.setattr(import_module("karat.quality.consensus.numbers"), "_MOST_TOGETHER", 0)
    in_turn = numbers(ratings, tolerance=1e-9, max_iterations=3000)

    # Scatter takes the doubt about values and biases into account, and that is smaller when taken one by one.
    assert in_turn.values == pytest.approx(together.values, abs=0.6)


def test_shrinking_draws_values_together() -> None:
    ratings, *_ = measured_world(4, n_items=60, overlap=2)

    free, shrunk = numbers(ratings), numbers(ratings, is_shrunk=True)

    assert np.std(shrunk.values) < np.std(free.values)
    assert np.mean(shrunk.high - shrunk.low) < np.mean(free.high - free.low)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from("pqr"), st.floats(-1e6, 1e6).map(lambda x: round(x, 3))),
        min_size=1,
        max_size=8,
    )
)
def test_any_numbers_give_values(rows: list[tuple[int, str, float]]) -> None:
    """One answer, one item, one annotator, all the same: never an error, a warning or NaN."""
    found = numbers(Ratings.from_rows(rows, repeats="all"))

    assert np.isfinite(found.values).all()
    assert (found.low <= found.values).all()
    assert (found.values <= found.high).all()


def test_an_item_without_answers_gets_the_mean_and_the_spread() -> None:
    rows = [(item, who, float(item)) for item in range(20) for who in "ab"]
    rated = Ratings.from_rows(rows)
    ratings = Ratings(rated.item, rated.annotator, rated.label, (*rated.items, "new"), rated.annotators, rated.classes)

    found = numbers(ratings)

    assert found.values[-1] == pytest.approx(9.5, abs=0.01)
    assert found.high[-1] - found.values[-1] == pytest.approx(1.96 * found.spread, rel=0.01)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(NotNumeric, match="'high'"):
        numbers(Ratings.from_rows([(1, "ada", "high")]))
    with pytest.raises(NotNumeric, match="gold value"):
        numbers(Ratings.from_rows([(1, "ada", 3)]), gold={1: float("inf")})
    with pytest.raises(NoRatings):
        numbers(Ratings.from_rows([]))
    with pytest.raises(QualityError, match="tail"):
        numbers(Ratings.from_rows([(1, "ada", 3)]), tail=0)
